namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>A server over a data folder, with SQLite and real files. The tests that write bytes run against it too.</summary>
public sealed class DataFolderFixture : GatewayFixture
{
    private readonly TemporaryFolder _folder = new();
    private FolderEngine? _engine;

    protected override GatewaySetup Setup
    {
        get
        {
            var clock = new SettableClock();
            _engine = FolderEngine.Open(_folder.Path, clock, clock: new SettableHostClock(clock));
            return new GatewaySetup { Clock = clock, Parts = _engine.Parts, Host = _ => _engine.Host };
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _engine!.DisposeAsync();
        _folder.Dispose();
    }
}

public sealed class ArchivesInADataFolder(DataFolderFixture gateway)
    : ArchiveTests(gateway), IClassFixture<DataFolderFixture>;

public sealed class MultipartInADataFolder(DataFolderFixture gateway)
    : MultipartTests(gateway), IClassFixture<DataFolderFixture>;

[Campaign]
public sealed class ConcurrencyInADataFolder(DataFolderFixture gateway)
    : ConcurrencyTests(gateway), IClassFixture<DataFolderFixture>;
