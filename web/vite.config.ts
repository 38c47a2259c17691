import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

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
