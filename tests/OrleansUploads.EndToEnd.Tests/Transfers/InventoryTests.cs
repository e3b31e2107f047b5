namespace OrleansUploads.EndToEnd.Tests.Transfers;

/// <summary>The inventories that commands take: no more than needed, and current ones.</summary>
public sealed class InventoryTests
{
    [Fact]
    [Slice(2)]
    public async Task An_inventory_is_used_again_until_the_vault_changes_and_a_full_list_of_jobs_locks_nothing_out()
    {
        // A tenth of the jobs can be inventories.
        await using var place = await Workplace.OpenAsync("--max-jobs", "20");
        await UploadAsync("a");
        Assert.Equal((1, ""), await ListAsync());
        foreach (var _ in Enumerable.Range(0, 3))
        {
            var (count, note) = await ListAsync();
            Assert.Equal(1, count);
            Assert.Matches("^The inventory is [0-9]+ s old. The vault has not changed since.\n$", note);
        }

        Assert.Equal(1, await JobsAsync());
        await UploadAsync("b");
        Assert.Equal((2, ""), await ListAsync());
        Assert.Equal(2, await JobsAsync());

        await UploadAsync("c");
        var (old, reason) = await ListAsync();
        Assert.Equal(2, old);
        Assert.Contains("is not seen, because the vault has many inventory jobs.", reason, StringComparison.Ordinal);
        (await place.RunInVaultAsync("download", "b", "-o", place.File("b-again"), "-q")).Expect();
        Directory.CreateDirectory(place.File("folder"));
        place.Create("folder/d", 10);
        (await place.RunInVaultAsync("upload", place.File("folder"), "-q")).Expect();

        async Task UploadAsync(string name) =>
            (await place.RunInVaultAsync("upload", place.Create(name, 10), "-d", name, "-q")).Expect();

        async Task<(int Count, string Note)> ListAsync()
        {
            var list = await place.RunInVaultAsync("archive", "list");
            Assert.Equal(0, list.ExitCode);
            return (list.Lines.Count - 1, list.Error);
        }

        async Task<int> JobsAsync()
        {
            using var client = place.Connect();
            return await client.ListJobsAsync(Workplace.Vault).CountAsync();
        }
    }

    [Fact]
    [Slice(2)]
    public async Task After_many_inventories_one_of_the_last_minutes_is_accepted()
    {
        await using var place = await Workplace.ShareAsync();
        using var client = place.Connect();
        (await place.RunInVaultAsync("upload", place.Create("a", 10), "-d", "a", "-q")).Expect();
        await Parallel.ForAsync(
            0, 500, async (_, stop) => await client.InitiateInventoryRetrievalAsync(Workplace.Vault, "orleans-uploads: another state", stop));
        (await place.RunInVaultAsync("upload", place.Create("b", 10), "-d", "b", "-q")).Expect();

        var list = await place.RunInVaultAsync("archive", "list");

        Assert.Equal(["a"], list.Lines.Skip(1).Select(static line => line.Split(' ')[0]));
        Assert.Contains("is not seen", list.Error, StringComparison.Ordinal);
        Assert.Equal(500, await client.ListJobsAsync(Workplace.Vault).CountAsync());
    }
}
