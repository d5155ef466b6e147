// The document is that of whoever asks: after signing in with "Authorize" it is loaded again, with the token.
let token = "";

const reload = (original, system) => (payload) => {
  const result = original(payload);
  token = system.authSelectors.authorized().getIn(["bearer", "value"]) || "";
  system.specActions.download(system.specSelectors.url());
  return result;
};

window.ui = SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: "/openapi.json",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  filter: true,
  plugins: [() => ({ statePlugins: { auth: { wrapActions: { authorize: reload, logout: reload } } } })],
  requestInterceptor: (request) => {
    if (request.loadSpec && token) request.headers.Authorization = `Bearer ${token}`;
    return request;
  },
});
