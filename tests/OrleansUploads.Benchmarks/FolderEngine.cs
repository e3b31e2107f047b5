using OrleansUploads.Engine;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.ObjectStorage;

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

    public static FolderEngine Open(
        string path, EngineOptions? options = null, EmbeddedHostOptions? host = null, DataFolderOptions? folderOptions = null)
    {
        var folder = DataFolder.Open(path, folderOptions);
        return new FolderEngine(
            folder, new EmbeddedEngine(
            new EngineSetup(folder.Ports, options ?? new EngineOptions(), TimeProvider.System) { Host = host ?? new() }).Start());
    }

    /// <summary>Opens an engine whose bytes are in an object store, which the caller disposes afterwards.</summary>
    public static async Task<FolderEngine> OpenAsync(string path, ObjectPartStore parts, CancellationToken cancellationToken)
    {
        var opened = Open(path, folderOptions: new DataFolderOptions { Parts = parts });
        await opened._folder.RequireMarkAsync(parts, cancellationToken);
        return opened;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _folder.DisposeAsync();
    }
}
