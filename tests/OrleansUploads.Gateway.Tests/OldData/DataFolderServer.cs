namespace OrleansUploads.Gateway.Tests.OldData;

/// <summary>A server over a data folder, at a time that the test chooses.</summary>
internal sealed class DataFolderServer : GatewayFixture
{
    private readonly SettableClock _clock;
    private readonly GatewayOptions _options;

    private DataFolderServer(string folder, SettableClock clock, GatewayOptions? options)
    {
        Engine = FolderEngine.Open(folder, clock);
        _clock = clock;
        _options = options ?? new GatewayOptions { NodeName = "node-1" };
    }

    public FolderEngine Engine { get; }

    protected override GatewaySetup Setup =>
        new() { Clock = _clock, Parts = Engine.Parts, Host = _ => Engine.Host, Options = _options };

    public static async Task<DataFolderServer> OpenAsync(string folder, SettableClock clock, GatewayOptions? options = null)
    {
        var server = new DataFolderServer(folder, clock, options);
        await server.InitializeAsync();
        return server;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Engine.DisposeAsync();
    }
}
