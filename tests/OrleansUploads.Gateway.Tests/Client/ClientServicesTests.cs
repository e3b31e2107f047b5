using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using OrleansUploads.Client;
using OrleansUploads.Client.DependencyInjection;

namespace OrleansUploads.Gateway.Tests.Client
{
    public sealed class ClientServicesTests
    {
        [Fact]
        public async Task The_client_has_the_handlers_that_are_added_to_it_and_not_the_resilience_of_all_clients()
        {
            var server = new ScriptedServer().Answers(System.Net.HttpStatusCode.NoContent);
            var services = new ServiceCollection();
            services.ConfigureHttpClientDefaults(static defaults => defaults.AddHttpMessageHandler(static () => new ResilienceHandler()));
            services.AddOrleansUploadsClient(ScriptedServer.Options(new Uri("http://vaults.test")))
                .ConfigurePrimaryHttpMessageHandler(() => server)
                .AddHttpMessageHandler(static () => new OwnHandler());
            await using var provider = services.BuildServiceProvider();

            await provider.GetRequiredService<GlacierClient>().DeleteVaultAsync("v", Cancellation);

            Assert.Equal("own", Assert.Single(server.Received).Headers["x-handlers"]);
        }

        private sealed class OwnHandler : DelegatingHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
            {
                request.Headers.Add("x-handlers", "own");
                return base.SendAsync(request, cancellationToken);
            }
        }
    }
}

namespace Microsoft.Extensions.Http.Resilience
{
    /// <summary>Has the name of the handler that Aspire's service defaults add.</summary>
    internal sealed class ResilienceHandler : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("x-handlers", "resilience");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
