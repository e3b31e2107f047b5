using OrleansUploads.Engine;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Embedded;

namespace OrleansUploads.Benchmarks;

/// <summary>An engine over a data folder, assembled as in <c>serve</c>.</summary>
internal sealed class FolderEngine : IAsyncDisposable
{
    private readonly DataFolder _folder;

    private FolderEngine(DataFolder folder, EmbeddedEngine engine)
    {
        _folder = folder;
        Engine = engine;
    }

    public EmbeddedEngine Engine { get; }

    public static FolderEngine Open(string path, EngineOptions? options = null, EmbeddedHostOptions? host = null)
    {
        var folder = DataFolder.Open(path);
        return new FolderEngine(
            folder, new EmbeddedEngine(
            new EngineSetup(folder.Ports, options ?? new EngineOptions(), TimeProvider.System) { Host = host ?? new() }).Start());
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _folder.DisposeAsync();
    }
}
