using Microsoft.Extensions.Configuration;
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

        [Fact]
        public async Task Clients_with_keys_have_their_own_servers_and_handlers_and_options_from_the_configuration()
        {
            var (own, tapes) = (new ScriptedServer().Answers(System.Net.HttpStatusCode.NoContent), new ScriptedServer().Answers(System.Net.HttpStatusCode.NoContent));
            var configuration = new ConfigurationManager();
            var services = new ServiceCollection();
            services.AddOrleansUploadsClient(ScriptedServer.Options(new Uri("http://vaults.test"))).ConfigurePrimaryHttpMessageHandler(() => own);
            services.AddKeyedOrleansUploadsClient("tapes", configuration.GetSection("Tapes"))
                .ConfigurePrimaryHttpMessageHandler(() => tapes)
                .AddHttpMessageHandler(static () => new OwnHandler());
            await using var provider = services.BuildServiceProvider();

            var missing = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredKeyedService<GlacierClient>("tapes"));
            Assert.StartsWith("Tapes:Endpoint is missing", missing.Message, StringComparison.Ordinal);
            configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Tapes:Endpoint"] = "http://tapes.test/below",
                ["Tapes:Region"] = "eu-west-1",
                ["Tapes:AccessKeyId"] = "KEY",
                ["Tapes:SecretAccessKey"] = "SECRET",
                ["Tapes:AccountId"] = "000000000007",
                ["Tapes:IdleTimeout"] = "00:00:07",
                ["Tapes:Retry:MaxAttempts"] = "many",
            });
            var malformed = Assert.Throws<InvalidOperationException>(() => provider.GetRequiredKeyedService<GlacierClient>("tapes"));
            Assert.Equal("Tapes:Retry:MaxAttempts is 'many' in the configuration. It must be a number.", malformed.Message);
            configuration["Tapes:Retry:MaxAttempts"] = "1";
            await provider.GetRequiredKeyedService<GlacierClient>("tapes").DeleteVaultAsync("v", Cancellation);
            await provider.GetRequiredService<GlacierClient>().DeleteVaultAsync("v", Cancellation);

            Assert.False(Assert.Single(own.Received).Headers.ContainsKey("x-handlers"));
            var received = Assert.Single(tapes.Received);
            Assert.Equal("own", received.Headers["x-handlers"]);
            Assert.Equal("/below/000000000007/vaults/v", received.Target);
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
