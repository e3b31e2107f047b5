using Azure;
using Azure.Data.Tables;
using OrleansUploads.Cluster.Azure;

[assembly: AssemblyFixture(typeof(AzuriteServer))]

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>Azurite, which imitates the tables of Azure Storage, for the duration of the tests. Or a storage account, if
/// <see cref="Variable"/> names one.</summary>
public sealed partial class AzuriteServer : IAsyncLifetime
{
    /// <summary>The environment variable with the connection string of a storage account, or of an Azurite that is running already.</summary>
    public const string Variable = "ORLEANSUPLOADS_AZURE_STORAGE";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryFolder _folder = new();
    private readonly Lazy<Task<string>> _connectionString;
    private CapturedProcess? _process;
    private readonly Lazy<Task<CapturedProcess>> _blobs;
    private int _port;
    private int _blobPort;

    public AzuriteServer()
    {
        _connectionString = new Lazy<Task<string>>(
            () => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } account ? RequireAsync(account) : StartAsync());
        _blobs = new Lazy<Task<CapturedProcess>>(() =>
        {
            _blobPort = FreePort.Take(1)[0];
            return Azurite.StartBlobsAsync(Repository.Root, _blobPort, _folder.Path);
        });
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>The address of the account's tables, where Azurite was started by the tests.</summary>
    public Uri Tables => Azurite.AddressAt(_port);

    /// <summary>Returns a new cluster. Skips the test if there is no Azurite and no storage account.</summary>
    public async Task<AzureCluster> CreateClusterAsync() => new(await _connectionString.Value);

    /// <summary>Returns a new cluster in the Azurite of these tests, which can be stopped. Skips the test if there is none.</summary>
    public async Task<AzureCluster> CreateLocalClusterAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 })
        {
            throw Requirement.IsMissing($"{Variable} is set, and this test needs an Azurite that it may stop");
        }

        return await CreateClusterAsync();
    }

    /// <summary>Starts Azurite's blobs, in a process of their own, unless they run. Returns their connection string. Skips the test if there
    /// is no Azurite.</summary>
    public async Task<string> StartBlobsAsync()
    {
        await _blobs.Value;
        return Azurite.ConnectionToBlobs(Azurite.AddressAt(_blobPort));
    }

    /// <summary>Stops Azurite, after it has stored everything.</summary>
    public async Task StopProcessAsync()
    {
        _process!.Terminate();
        await _process.WaitForExitAsync(Patience);
        await _process.DisposeAsync();
    }

    /// <summary>Starts Azurite with what it has stored, and waits until it answers.</summary>
    public async Task StartProcessAsync() =>
        _process = await Azurite.StartTablesAsync(Repository.Root, _port, _folder.Path);

    public async ValueTask DisposeAsync()
    {
        await (_process?.DisposeAsync() ?? ValueTask.CompletedTask);
        if (_blobs is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await _blobs.Value).DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task<string> StartAsync()
    {
        _port = FreePort.Take(1)[0];
        await StartProcessAsync();
        return Azurite.ConnectionToTables(Tables);
    }

    /// <summary>Fails or skips at once if the storage account does not answer. A silo would try for minutes.</summary>
    private static async Task<string> RequireAsync(string connectionString)
    {
        try
        {
            await AzureTables.Connect(connectionString).GetTableClient("Probe").GetEntityIfExistsAsync<TableEntity>("p", "r");
            return connectionString;
        }
        catch (Exception fault) when (fault is RequestFailedException or FormatException)
        {
            throw Requirement.IsMissing($"{Variable} names a storage account that does not answer ({fault.Message})");
        }
    }
}
