using OrleansUploads.Engine.Disk;

namespace OrleansUploads.Silo.Tests.Storage;

/// <summary>The part folder and the grain storage of a cluster belong together.</summary>
[Collection(nameof(SharedSilo)), Campaign]
public sealed class PartStoreMarkTests(PostgresServer postgres, SharedSilo shared) : TestWithFolder
{
    [Fact]
    [Promise("operations.md", "another folder or cluster")]
    [Promise("cluster.md", "the folder is not mounted")]
    public async Task A_folder_that_is_not_that_of_the_grain_storage_is_refused_and_unchanged()
    {
        var stored = new SiloStart(RunningSilo.OnPostgres(await postgres.CreateDatabaseAsync(), Folder.Data));
        await using (var silo = await RunningSilo.StartAsync(stored))
        {
            using var client = await silo.ConnectAsync("photos");
            await client.UploadInPartsAsync("photos", Archives.Bytes(1000, seed: 1));
            await silo.StopAsync();
        }

        var before = Directory.GetFiles(Folder.Data, "*", SearchOption.AllDirectories);
        var unknown = await RefuseAsync(stored.With(VariableOf(nameof(SiloSettings.ConnectionString)), await postgres.CreateDatabaseAsync()));
        Assert.Contains("unknown to the storage", unknown, StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFiles(Folder.Data, "*", SearchOption.AllDirectories));

        var unmounted = Folder.File("mount-point");
        Assert.Contains(
            "not mounted", await RefuseAsync(stored.With(VariableOf(nameof(SiloSettings.PartsFolder)), unmounted)), StringComparison.Ordinal);
        Assert.Null(FolderMark.Find(unmounted));

        await shared.StartAsync();
        Assert.Contains(
            "belongs to another cluster",
            await RefuseAsync(stored.With(VariableOf(nameof(SiloSettings.PartsFolder)), shared.PartsFolder)),
            StringComparison.Ordinal);

        static async Task<string> RefuseAsync(SiloStart start)
        {
            await using var silo = start.Run();
            Assert.True(await silo.WaitForExitAsync(TimeSpan.FromMinutes(2)) == 1, silo.ToString());
            Assert.DoesNotContain("   at ", silo.Error, StringComparison.Ordinal);
            var message = silo.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
            Assert.StartsWith("orleans-uploads-silo: ", message, StringComparison.Ordinal);
            Assert.Contains(VariableOf(nameof(SiloSettings.PartsFolder)), message, StringComparison.Ordinal);
            return message;
        }
    }
}
