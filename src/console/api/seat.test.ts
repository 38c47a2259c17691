import { Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { describe, expect, it } from 'vitest'
import { guardedRoutes, seat } from './seat.ts'
import type { ApiEnv } from './visit.ts'

const app = () => new Hono<ApiEnv>()
const passing = createMiddleware<ApiEnv>(async (_, next) => next())

describe('the routes of an app', () => {
  it('are listed with what they ask', () => {
    const inner = app()
      .get('/', seat('member'), (c) => c.json({}))
      .post('/:agent/stop', seat('fresh_member', 'freeze'), (c) => c.json({}))
    expect(guardedRoutes(app().basePath('/w/:workspace').route('/agents', inner))).toEqual([
      { method: 'GET', path: '/w/:workspace/agents', needs: 'member', may: undefined },
      { method: 'POST', path: '/w/:workspace/agents/:agent/stop', needs: 'fresh_member', may: 'freeze' },
    ])
  })

  it('stop the start where one asks for no seat, wherever it stands', () => {
    const guarded = app().get('/guarded', seat('member'), (c) => c.json({}))
    const open = app().get('/open', (c) => c.json({}))
    expect(() => guardedRoutes(app().route('/', guarded).route('/deep', open))).toThrow(
      'GET /deep/open asks for no seat',
    )
    expect(() => guardedRoutes(guarded.post('/guarded', (c) => c.json({})))).toThrow('POST /guarded')
    expect(() => guardedRoutes(app().all('/any', (c) => c.json({})))).toThrow('ALL /any')
  })

  it('stop the start where something runs before the guard', () => {
    expect(() => guardedRoutes(app().get('/late', passing, seat('member'), (c) => c.json({})))).toThrow('GET /late')
    expect(() => guardedRoutes(app().use(passing))).toThrow('ALL /*')
  })
})
