using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Fills a server with sample data of every kind, in every state.</summary>
internal sealed class SampleData(FuzzServer server, World world)
{
    private static readonly byte[] Archive = Bytes((2 * MiB) + 7, 5);

    /// <summary>The server of a run makes IDs from its seed. No run has this seed, so the IDs differ.</summary>
    private readonly SeededIds _ids = new(server.Clock, int.MaxValue);

    public static string KeepForAYear => PolicyOf(
        "Deny", "glacier:DeleteArchive", """{"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"}}""", sid: "keep");

    public async Task CreateAsync()
    {
        foreach (var vault in world.Vaults.Where(vault => !vault.Name.StartsWith("spare", StringComparison.OrdinalIgnoreCase)))
        {
            await SendAsync(vault, CreateVault(vault.Name));
        }

        await SendAsync(world.Vault("gone"), DeleteVault("gone"));
        await FillAsync(world.Vault("plain"));
        await FillAsync(world.Vault("theirs", strangers: true));
        await OpenUploadsAsync(world.Vault("parts"));
        await StoreExternallyAsync(world.Vault("parts"));
        await TagAsync(world.Vault("tagged"));
        await SetPoliciesAsync();

        var emptied = world.Vault(World.Emptied);
        await SendAsync(emptied, CreateVault(emptied.Name));
        var last = await SendAsync(emptied, UploadArchive(emptied.Name, Bytes(1)));

        // With daily inventories, the first one is taken only now.
        await server.AdvanceAsync(TimeSpan.FromHours(25));
        await SendAsync(emptied, DeleteArchive(emptied.Name, last.Header("x-amz-archive-id")!));
        await LockAsync(world.Vault("locking"));
        await BeginJobsAsync(world.Vault("plain"));
        await BeginJobsAsync(world.Vault("theirs", strangers: true));
        await SendAsync(world.Vault("plain"), PurchaseCapacity());
        await SendAsync(
            world.Vault("theirs", strangers: true),
            SetRetrievalPolicy("""{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":100}]}}"""));
        await server.Inside.WaitForNoneAsync();
    }

    private async Task FillAsync(KnownVault vault)
    {
        foreach (var size in new[] { 1, 77, 4096, MiB + 7 })
        {
            await StoreAsync(vault, UploadArchive(vault.Name, Bytes(size, size)), size);
        }

        await SendAsync(vault, SetNotifications(
            vault.Name, """{"SNSTopic":"arn:aws:sns:us-east-1:111122223333:ready","Events":["ArchiveRetrievalCompleted"]}"""));
    }

    private async Task OpenUploadsAsync(KnownVault vault)
    {
        await OpenAsync(vault);
        await OpenAsync(vault, (0, Archive[..MiB]), (MiB, Archive[MiB..(MiB + 10)]));
        await OpenAsync(vault, (2 * MiB, Archive[..10]));
        await OpenAsync(vault, (0, Archive[..100]), (MiB, Archive[..50]));
        var complete = await OpenAsync(vault, (0, Archive[..MiB]), (MiB, Archive[MiB..(2 * MiB)]), (2 * MiB, Archive[(2 * MiB)..]));
        await StoreAsync(vault, Complete(vault.Name, complete.Id, Archive), Archive.Length);
    }

    private async Task<KnownUpload> OpenAsync(KnownVault vault, params (long FirstByte, byte[] Bytes)[] parts)
    {
        var answer = await SendAsync(vault, Initiate(vault.Name));
        var upload = new KnownUpload(answer.Header("x-amz-multipart-upload-id")!, MiB);
        vault.Uploads.Add(upload);
        foreach (var (firstByte, bytes) in parts)
        {
            await SendAsync(vault, Part(vault.Name, upload.Id, firstByte, bytes));
            upload.Parts[firstByte] = bytes;
        }

        return upload;
    }

    private async Task StoreExternallyAsync(KnownVault vault)
    {
        var bytes = Bytes(9);
        world.Located = await ReportAsync(vault, bytes);
        vault.Uploads.Add(world.Located);
        var complete = await ReportAsync(vault, bytes);
        await StoreAsync(vault, Complete(vault.Name, complete.Id, bytes), bytes.Length);
    }

    private async Task<KnownUpload> ReportAsync(KnownVault known, byte[] bytes)
    {
        var upload = await server.Gateway.OpenExternalAsync(known.Name, _ids);
        await server.Gateway.ReportExternalAsync(known.Name, upload, 0, bytes);
        return new KnownUpload(upload.ToString(), MiB) { Parts = { [0] = bytes } };
    }

    private async Task TagAsync(KnownVault vault)
    {
        for (var ten = 0; ten < 5; ten++)
        {
            var tags = Enumerable.Range(10 * ten, ten == 4 ? 8 : 10).ToDictionary(i => $"tag {i}", i => $"{i}");
            await SendAsync(vault, AddTags(vault.Name, JsonSerializer.Serialize(new { Tags = tags })));
        }
    }

    private async Task SetPoliciesAsync()
    {
        var shared = PolicyOf("Allow", "glacier:*", principal: """{"AWS":"999988887777"}""");
        await SendAsync(world.Vault("shared"), SetAccessPolicy("shared", shared));
        await SendAsync(world.Vault("tagged"), SetAccessPolicy("tagged", PolicyOf("Deny", "glacier:UploadArchive")));
        var locked = world.Vault("locked");
        await FillAsync(locked);
        await LockAsync(locked);
        await SendAsync(locked, CompleteLock("locked", locked.Locks[0]));
    }

    private async Task LockAsync(KnownVault vault)
    {
        var answer = await SendAsync(vault, InitiateLock(vault.Name, KeepForAYear));
        vault.Locks.Add(answer.Header("x-amz-lock-id")!);
    }

    private async Task BeginJobsAsync(KnownVault vault)
    {
        ApiRequest[] jobs =
        [
            Retrieve(vault.Name, vault.Archives[0].Id),
            InitiateJob(vault.Name, $$"""{"Type":"archive-retrieval","ArchiveId":"{{vault.Archives[3].Id}}","RetrievalByteRange":"0-1048575"}"""),
            InitiateJob(vault.Name, $$"""{"Type":"archive-retrieval","ArchiveId":"{{vault.Archives[1].Id}}","Tier":"Bulk"}"""),
            RetrieveInventory(vault.Name),
            RetrieveInventory(vault.Name, format: "\"CSV\""),
        ];
        foreach (var job in jobs)
        {
            var known = Array.IndexOf(jobs, job) < 3 ? vault.Jobs : vault.Inventories;
            known.Add((await SendAsync(vault, job)).Header("x-amz-job-id")!);
        }
    }

    private async Task StoreAsync(KnownVault vault, ApiRequest request, long sizeBytes) =>
        vault.Archives.Add(new KnownArchive((await SendAsync(vault, request)).Header("x-amz-archive-id")!, sizeBytes));

    private async Task<ApiAnswer> SendAsync(KnownVault vault, ApiRequest request)
    {
        var answer = await server.Gateway.SendAsync(request, vault.Owner);
        Assert.True(answer.Status < 300, $"{request}: {answer.Status} {answer.Text}");
        return answer;
    }
}
