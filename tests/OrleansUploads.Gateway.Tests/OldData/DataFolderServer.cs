namespace OrleansUploads.Gateway.Tests.OldData;

/// <summary>A server over a data folder, at a time that the test chooses.</summary>
internal sealed class DataFolderServer : IAsyncDisposable
{
    private DataFolderServer(FolderEngine engine, GatewayServer gateway)
    {
        Engine = engine;
        Gateway = gateway;
    }

    public FolderEngine Engine { get; }

    public GatewayServer Gateway { get; }

    public static async Task<DataFolderServer> OpenAsync(string folder, SettableClock clock, GatewayOptions? options = null)
    {
        var engine = FolderEngine.Open(folder, clock);
        try
        {
            var gateway = await GatewayServer.StartAsync(
                new GatewaySetup
                {
                    Clock = clock,
                    Parts = engine.Parts,
                    Host = _ => engine.Host,
                    Options = options ?? new GatewayOptions { NodeName = "node-1" },
                });
            return new DataFolderServer(engine, gateway);
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    public Task<ApiAnswer> SendAsync(ApiRequest request) => Gateway.SendAsync(request);

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Engine.DisposeAsync();
    }
}
