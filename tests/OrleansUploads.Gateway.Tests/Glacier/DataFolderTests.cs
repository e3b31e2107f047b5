namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>A server over a data folder, with SQLite and real files. The same tests run against it: in each run those that write
/// bytes, the others in turn.</summary>
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

[Slice(0)]
public sealed class VaultsInADataFolder(DataFolderFixture gateway)
    : VaultTests(gateway), IClassFixture<DataFolderFixture>;

public sealed class ArchivesInADataFolder(DataFolderFixture gateway)
    : ArchiveTests(gateway), IClassFixture<DataFolderFixture>;

public sealed class MultipartInADataFolder(DataFolderFixture gateway)
    : MultipartTests(gateway), IClassFixture<DataFolderFixture>;

[Slice(1)]
public sealed class JobOutputInADataFolder(DataFolderFixture gateway)
    : JobOutputTests(gateway), IClassFixture<DataFolderFixture>;

[Slice(2)]
public sealed class InventoriesInADataFolder(DataFolderFixture gateway)
    : InventoryTests(gateway), IClassFixture<DataFolderFixture>;

[Slice(3)]
public sealed class NotificationsInADataFolder(DataFolderFixture gateway)
    : NotificationTests(gateway), IClassFixture<DataFolderFixture>;

[Slice(4)]
public sealed class AccountSettingsInADataFolder(DataFolderFixture gateway)
    : AccountSettingsTests(gateway), IClassFixture<DataFolderFixture>;

[Slice(5)]
public sealed class TagsInADataFolder(DataFolderFixture gateway)
    : TagTests(gateway), IClassFixture<DataFolderFixture>;

[Slice(6)]
public sealed class PoliciesInADataFolder(DataFolderFixture gateway)
    : PolicyTests(gateway), IClassFixture<DataFolderFixture>;

[Slice(7)]
public sealed class VaultLocksInADataFolder(DataFolderFixture gateway)
    : VaultLockTests(gateway), IClassFixture<DataFolderFixture>;

[Slice(0)]
public sealed class BadInputInADataFolder(DataFolderFixture gateway)
    : BadInputTests(gateway), IClassFixture<DataFolderFixture>;

[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class ConcurrencyInADataFolder(DataFolderFixture gateway)
    : ConcurrencyTests(gateway), IClassFixture<DataFolderFixture>;
