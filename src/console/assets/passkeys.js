// Passkeys are the one thing on these pages that needs a script: only a script can ask the browser for one.

for (const block of document.querySelectorAll('[data-passkey]')) {
  if (window.PublicKeyCredential === undefined) continue
  block.hidden = false
  const button = block.querySelector('button')
  button.addEventListener('click', () => run(block, button))
}

/** One ceremony from the click to the next page. */
async function run(block, button) {
  button.disabled = true
  say(block, 'Your browser asks you for the passkey …')
  try {
    const { state, options } = await post(block, '/options', {})
    const response = block.dataset.passkey === 'add' ? await create(options) : await get(options)
    say(block, 'Checking …')
    const answer = await post(block, '', { state, response: JSON.stringify(response) })
    if (answer.recoveryCodes) showRecoveryCodes(answer)
    else location.assign(answer.to)
  } catch (error) {
    say(block, sentenceOf(error))
    button.disabled = false
  }
}

/** Sends fields with the form token of the page; what is not an answer for this script becomes an error. */
async function post(block, path, fields) {
  const { passkey, csrf, to } = block.dataset
  const name = block.querySelector('input[name=name]')?.value ?? ''
  const body = new URLSearchParams({ csrf, return: to, name, ...fields })
  const response = await fetch(`/console/passkeys/${passkey}${path}`, { method: 'POST', body, redirect: 'manual' })
  const isOurs = response.headers.get('content-type') === 'application/json'
  const answer = isOurs ? await response.json() : { error: 'This page is too old: reload it and try again.' }
  if (answer.error) throw new Refused(answer.error)
  return answer
}

class Refused extends Error {}

async function get({ challenge, allowCredentials = [], ...rest }) {
  const publicKey = { ...rest, challenge: bytes(challenge), allowCredentials: allowCredentials.map(descriptor) }
  const { id, rawId, type, response, authenticatorAttachment } = await navigator.credentials.get({ publicKey })
  const { clientDataJSON, authenticatorData, signature, userHandle } = response
  return {
    id,
    rawId: text(rawId),
    type,
    ...(authenticatorAttachment && { authenticatorAttachment }),
    clientExtensionResults: {},
    response: {
      clientDataJSON: text(clientDataJSON),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      ...(userHandle && { userHandle: text(userHandle) }),
    },
  }
}

async function create({ challenge, user, excludeCredentials = [], ...rest }) {
  const publicKey = {
    ...rest,
    challenge: bytes(challenge),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: excludeCredentials.map(descriptor),
  }
  const { id, rawId, type, response, authenticatorAttachment } = await navigator.credentials.create({ publicKey })
  return {
    id,
    rawId: text(rawId),
    type,
    ...(authenticatorAttachment && { authenticatorAttachment }),
    clientExtensionResults: {},
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  }
}

const descriptor = ({ id, ...rest }) => ({ ...rest, id: bytes(id) })

/** base64url to bytes, and back. */
function bytes(encoded) {
  const plain = atob(encoded.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(plain, (character) => character.charCodeAt(0))
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The codes are shown this once: they replace the page. */
function showRecoveryCodes({ recoveryCodes, to }) {
  const page = document.querySelector('#recovery').content.cloneNode(true)
  const list = page.querySelector('ol')
  for (const code of recoveryCodes) {
    const item = document.createElement('li')
    item.textContent = code
    list.append(item)
  }
  page.querySelector('a').href = to
  document.querySelector('main').replaceChildren(page)
  document.querySelector('main h1').focus()
}

function say(block, sentence) {
  block.querySelector('[role=status]').textContent = sentence
}

function sentenceOf(error) {
  if (error instanceof Refused) return error.message
  if (error?.name === 'NotAllowedError')
    return 'No passkey was given: it was cancelled, took too long, or there is none here.'
  if (error?.name === 'InvalidStateError') return 'This device has a passkey for this account already.'
  return 'The passkey did not work here. Try again, or use another way.'
}
