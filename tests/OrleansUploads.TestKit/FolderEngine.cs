using OrleansUploads.Engine;
using OrleansUploads.Engine.Clocks;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.TestKit;

/// <summary>An engine over a data folder, assembled as in a server.</summary>
public sealed class FolderEngine : IAsyncDisposable
{
    private FolderEngine(DataFolder folder, EmbeddedEngine engine)
    {
        Folder = folder;
        Engine = engine;
    }

    public DataFolder Folder { get; }

    public EmbeddedEngine Engine { get; }

    public IEntityHost Host => Engine.Host;

    public IPartStore Parts => Engine.Parts;

    public IdSource Ids => Engine.Ids;

    public ServiceClock Clock => Engine.ServiceClock;

    public static FolderEngine Open(
        string path,
        TimeProvider time,
        DataFolderOptions? options = null,
        HostClock? clock = null,
        EngineOptions? engine = null,
        EmbeddedHostOptions? host = null)
    {
        var folder = DataFolder.Open(path, options, time);
        return new FolderEngine(folder, new EmbeddedEngine(new EngineSetup(folder.Ports, engine ?? new EngineOptions(), time)
        {
            MachineClock = clock,
            Host = host ?? new EmbeddedHostOptions(),
        }).Start());
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Folder.DisposeAsync();
    }
}
