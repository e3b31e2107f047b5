using OrleansUploads.Engine.Disk;
using OrleansUploads.Silo.Settings;

namespace OrleansUploads.Silo.Tests.Storage;

/// <summary>The part folder and the grain storage of a cluster belong together.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class PartStoreMarkTests(PostgresServer postgres) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_with_parts_unknown_to_the_grain_storage_is_refused_and_unchanged()
    {
        var environment = await StoreSomethingAsync();
        environment[KnownSettings.ConnectionString.Variable] = await postgres.CreateDatabaseAsync();
        var before = Directory.GetFiles(_folder.Data, "*", SearchOption.AllDirectories);
        var message = await RunningSilo.ExpectRefusalAsync(environment);
        Assert.Contains(KnownSettings.PartsFolder.Variable, message, StringComparison.Ordinal);
        Assert.Contains("unknown to the storage", message, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(_folder.Data, "*", SearchOption.AllDirectories));
    }

    [Fact]
    [Promise("cluster.md", "the folder is not mounted")]
    public async Task A_folder_that_is_not_mounted_is_refused()
    {
        var environment = await StoreSomethingAsync();
        environment[KnownSettings.PartsFolder.Variable] = _folder.File("mount-point");
        var message = await RunningSilo.ExpectRefusalAsync(environment);
        Assert.Contains("not mounted", message, StringComparison.Ordinal);
        Assert.Null(FolderMark.Find(_folder.File("mount-point")));
    }

    [Fact]
    [Promise("operations.md", "another folder or cluster")]
    public async Task The_folder_of_another_cluster_is_refused()
    {
        var environment = await StoreSomethingAsync();
        var other = RunningSilo.OnPostgres(await postgres.CreateDatabaseAsync(), _folder.File("other"));
        await using (var silo = await RunningSilo.StartAsync(other))
        {
            await silo.StopAsync();
        }

        environment[KnownSettings.PartsFolder.Variable] = _folder.File("other");
        Assert.Contains("belongs to another cluster", await RunningSilo.ExpectRefusalAsync(environment), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_without_a_silo_requires_a_folder_that_a_silo_has_marked()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var silo = await RunningSilo.StartAsync(RunningSilo.OnPostgres(database, _folder.Data));
        var environment = RunningSilo.OnPostgres(database, Directory.CreateDirectory(_folder.File("other")).FullName);
        environment[KnownSettings.Role.Variable] = "gateway";
        Assert.Contains($"does not contain {FolderMark.FileName}", await RunningSilo.ExpectRefusalAsync(environment), StringComparison.Ordinal);
        Assert.Null(FolderMark.Find(_folder.File("other")));
    }

    private async Task<Dictionary<string, string?>> StoreSomethingAsync()
    {
        var environment = RunningSilo.OnPostgres(await postgres.CreateDatabaseAsync(), _folder.Data);
        await using var silo = await RunningSilo.StartAsync(environment);
        using var client = silo.Connect();
        await client.CreateVaultAsync("photos");
        await client.UploadInPartsAsync("photos", Archives.Bytes(1000, seed: 1));
        await silo.StopAsync();
        return environment;
    }
}
