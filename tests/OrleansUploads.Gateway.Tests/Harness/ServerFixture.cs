using Microsoft.Extensions.DependencyInjection;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>A server: one for all tests of a class, or one for each test of a class that derives from this.</summary>
public class ServerFixture : IAsyncLifetime
{
    public GatewayServer Server { get; private set; } = null!;

    public SettableClock Clock => Server.Setup.Clock;

    /// <summary>The configuration of the server.</summary>
    protected virtual GatewaySetup Setup => new();

    public virtual async ValueTask InitializeAsync() => Server = await GatewayServer.StartAsync(Setup, Configure);

    public virtual ValueTask DisposeAsync() => Server.DisposeAsync();

    public Task<ApiAnswer> SendAsync(ApiRequest request, Signer? signer = null) => Server.SendAsync(request, signer);

    /// <summary>Adds services to those of the gateway.</summary>
    protected virtual void Configure(IServiceCollection services)
    {
    }
}
