import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// Whoever builds from within a test run would get React's development build, which is half as large again.
process.env.NODE_ENV = 'production'

export default defineConfig({
  base: '/console/app/',
  plugins: [react(), tailwindcss()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // Small files become files too: the content security policy allows no `data:` script or sheet.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
