using System.Text.Json;
using OrleansUploads.Hashing;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>All operations with the AWS CLI. Each command takes a second, so there are few other checks.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class AwsCliOperationTests : IDisposable
{
    private const string NotFound = "ResourceNotFoundException";
    private const string Invalid = "InvalidParameterValueException";
    private const string Topic = "arn:aws:sns:us-east-1:111122223333:ready";

    private static readonly string KeepAYear =
        """
        {"Version":"2012-10-17","Statement":[{"Sid":"keep","Effect":"Deny","Principal":"*","Action":"glacier:DeleteArchive",
        "Resource":"*","Condition":{"NumericLessThan":{"glacier:ArchiveAgeInDays":"365"}}}]}
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _bytes = Archives.Bytes(Archives.MiB + 5, seed: 31);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_AWS_CLI_can_run_all_operations()
    {
        var program = await InstalledClients.FindAwsCliAsync();
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        var aws = new AwsCli(program, server, _folder.Path);
        await File.WriteAllBytesAsync(_folder.File("archive"), _bytes);

        // The two sequences run concurrently to save time.
        await Task.WhenAll(StoreAndRetrieveAsync(aws, "archives"), ChangeSettingsAsync(aws, "settings"));

        AllOperations.AssertDone(aws.Done);
    }

    private async Task StoreAndRetrieveAsync(AwsCli aws, string vault)
    {
        string[] vaultArguments = ["--vault-name", vault];
        var created = await aws.RunAsync("create-vault", vaultArguments);
        Assert.EndsWith($"/vaults/{vault}", Text(created, "location"), StringComparison.Ordinal);
        await aws.WaitAsync("vault-exists", vault);
        var uploaded = await aws.RunAsync(
            "upload-archive", [.. vaultArguments, "--archive-description", "in one request", "--body", _folder.File("archive")]);
        Assert.Equal(TreeHash, Text(uploaded, "checksum"));
        var archives = await RetrieveAsync(aws, vaultArguments, await UploadInPartsAsync(aws, vaultArguments));
        Assert.Contains(Text(uploaded, "archiveId"), archives);

        await aws.ExpectRefusalAsync(Invalid, "Vault not empty or recently written to", "delete-vault", vaultArguments);
        Assert.Equal(2, archives.Count);
        foreach (var archive in archives)
        {
            await aws.RunAsync("delete-archive", [.. vaultArguments, "--archive-id", archive]);
        }

        await aws.RunAsync("delete-vault", vaultArguments);
        await aws.WaitAsync("vault-not-exists", vault);
        await aws.ExpectRefusalAsync(NotFound, "Vault not found", "describe-vault", vaultArguments);
    }

    /// <summary>Uploads an archive in two parts, the last one first, and aborts another upload.</summary>
    /// <returns>The archive ID.</returns>
    private async Task<string> UploadInPartsAsync(AwsCli aws, string[] vaultArguments)
    {
        await aws.ExpectRefusalAsync(
            Invalid, "must be a power of two", "initiate-multipart-upload", [.. vaultArguments, "--part-size", "3145728"]);
        string[] initiate = [.. vaultArguments, "--part-size", $"{Archives.MiB}"];
        var upload = Text(await aws.RunAsync("initiate-multipart-upload", initiate), "uploadId");
        string[] uploadArguments = [.. vaultArguments, "--upload-id", upload];
        var last = _folder.File("last-part");
        await File.WriteAllBytesAsync(last, _bytes[Archives.MiB..]);
        var first = _folder.File("first-part");
        await File.WriteAllBytesAsync(first, _bytes[..Archives.MiB]);
        await aws.RunAsync("upload-multipart-part", [.. uploadArguments, "--range", $"bytes 1048576-1048580/{_bytes.Length}", "--body", last]);
        await aws.RunAsync("upload-multipart-part", [.. uploadArguments, "--range", "bytes 0-1048575/*", "--body", first]);
        var uploads = await aws.RunAsync("list-multipart-uploads", vaultArguments);
        Assert.Equal(upload, Text(Assert.Single(uploads.GetProperty("UploadsList").EnumerateArray()), "MultipartUploadId"));
        var parts = await aws.RunAsync("list-parts", [.. uploadArguments, "--page-size", "1"]);
        Assert.Equal(
            ["0-1048575", "1048576-1048580"],
            parts.GetProperty("Parts").EnumerateArray().Select(part => Text(part, "RangeInBytes")));
        string[] complete = [.. uploadArguments, "--archive-size", $"{_bytes.Length}", "--checksum", TreeHash];
        var completed = await aws.RunAsync("complete-multipart-upload", complete);
        Assert.Equal(TreeHash, Text(completed, "checksum"));
        var archive = Text(completed, "archiveId");
        Assert.Equal(archive, Text(await aws.RunAsync("complete-multipart-upload", complete), "archiveId"));
        await aws.ExpectRefusalAsync(NotFound, upload, "list-parts", uploadArguments);

        var unwanted = Text(await aws.RunAsync("initiate-multipart-upload", initiate), "uploadId");
        await aws.RunAsync("abort-multipart-upload", [.. vaultArguments, "--upload-id", unwanted]);
        uploads = await aws.RunAsync("list-multipart-uploads", vaultArguments);
        Assert.Empty(uploads.GetProperty("UploadsList").EnumerateArray());
        return archive;
    }

    /// <summary>Retrieves an archive and the inventory.</summary>
    /// <returns>The archive IDs in the inventory.</returns>
    private async Task<IReadOnlyList<string>> RetrieveAsync(AwsCli aws, string[] vaultArguments, string archive)
    {
        var retrieval = await InitiateAsync(
            $$"""{"Type":"archive-retrieval","ArchiveId":"{{archive}}","Description":"all"}""");
        var described = await aws.RunAsync("describe-job", [.. vaultArguments, "--job-id", retrieval]);
        Assert.Equal("ArchiveRetrieval", Text(described, "Action"));
        Assert.Equal("all", Text(described, "JobDescription"));
        Assert.Equal(TreeHash, Text(described, "SHA256TreeHash"));
        await aws.RunAsync("get-job-output", [.. vaultArguments, "--job-id", retrieval, _folder.File("output")]);
        Assert.Equal(_bytes, await File.ReadAllBytesAsync(_folder.File("output")));

        var inventory = await InitiateAsync("""{"Type":"inventory-retrieval"}""");
        await aws.RunAsync("get-job-output", [.. vaultArguments, "--job-id", inventory, _folder.File("inventory")]);
        using var listed = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.File("inventory")));
        var jobs = await aws.RunAsync("list-jobs", [.. vaultArguments, "--completed", "true"]);
        Assert.Equal(
            new[] { retrieval, inventory }.Order(StringComparer.Ordinal),
            jobs.GetProperty("JobList").EnumerateArray().Select(job => Text(job, "JobId")).Order(StringComparer.Ordinal));
        return [.. listed.RootElement.GetProperty("ArchiveList").EnumerateArray().Select(entry => Text(entry, "ArchiveId"))];

        async Task<string> InitiateAsync(string parameters) =>
            Text(await aws.RunAsync("initiate-job", [.. vaultArguments, "--job-parameters", parameters]), "jobId");
    }

    private static async Task ChangeSettingsAsync(AwsCli aws, string vault)
    {
        string[] vaultArguments = ["--vault-name", vault];
        await aws.RunAsync("create-vault", vaultArguments);
        var described = await aws.RunAsync("describe-vault", vaultArguments);
        Assert.Equal(0, described.GetProperty("NumberOfArchives").GetInt32());
        var vaults = await aws.RunAsync("list-vaults", "--page-size", "1");
        Assert.Contains(vaults.GetProperty("VaultList").EnumerateArray(), listed => Text(listed, "VaultName") == vault);

        await aws.RunAsync("add-tags-to-vault", [.. vaultArguments, "--tags", "project=Ørsted,empty="]);
        await aws.RunAsync("remove-tags-from-vault", [.. vaultArguments, "--tag-keys", "empty", "never-there"]);
        var tags = (await aws.RunAsync("list-tags-for-vault", vaultArguments)).GetProperty("Tags");
        Assert.Equal("Ørsted", Text(tags, "project"));
        Assert.Single(tags.EnumerateObject());

        await aws.RunAsync(
            "set-vault-notifications",
            [
                .. vaultArguments, "--vault-notification-config",
                $$"""{"SNSTopic":"{{Topic}}","Events":["InventoryRetrievalCompleted"]}""",
            ]);
        var notifications = await aws.RunAsync("get-vault-notifications", vaultArguments);
        Assert.Equal(Topic, Text(notifications.GetProperty("vaultNotificationConfig"), "SNSTopic"));
        await aws.RunAsync("delete-vault-notifications", vaultArguments);

        var document = JsonSerializer.Serialize(new Dictionary<string, string> { ["Policy"] = KeepAYear });
        string[] policy = [.. vaultArguments, "--policy", document];
        await aws.RunAsync("set-vault-access-policy", policy);
        var access = await aws.RunAsync("get-vault-access-policy", vaultArguments);
        Assert.Equal(KeepAYear, Text(access.GetProperty("policy"), "Policy"));
        await aws.RunAsync("delete-vault-access-policy", vaultArguments);
        await LockAsync(aws, vaultArguments, policy);
        await ChangeAccountSettingsAsync(aws);
    }

    private static async Task LockAsync(AwsCli aws, string[] vaultArguments, string[] policy)
    {
        await aws.RunAsync("initiate-vault-lock", policy);
        await aws.RunAsync("abort-vault-lock", vaultArguments);
        var id = Text(await aws.RunAsync("initiate-vault-lock", policy), "lockId");
        await aws.RunAsync("complete-vault-lock", [.. vaultArguments, "--lock-id", id]);
        var locked = await aws.RunAsync("get-vault-lock", vaultArguments);
        Assert.Equal("Locked", Text(locked, "State"));
        Assert.Equal(KeepAYear, Text(locked, "Policy"));
        await aws.ExpectRefusalAsync("AccessDeniedException", "locked permanently", "abort-vault-lock", vaultArguments);
    }

    private static async Task ChangeAccountSettingsAsync(AwsCli aws)
    {
        await aws.RunAsync(
            "set-data-retrieval-policy",
            "--policy",
            """{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":1099511627776}]}""");
        var rule = (await aws.RunAsync("get-data-retrieval-policy")).GetProperty("Policy").GetProperty("Rules")[0];
        Assert.Equal(1_099_511_627_776, rule.GetProperty("BytesPerHour").GetInt64());
        var unit = Text(await aws.RunAsync("purchase-provisioned-capacity"), "capacityId");
        var units = (await aws.RunAsync("list-provisioned-capacity")).GetProperty("ProvisionedCapacityList");
        Assert.Equal(unit, Text(Assert.Single(units.EnumerateArray()), "CapacityId"));
    }

    private string TreeHash => TreeHasher.Compute(_bytes).ToString();

    private static string Text(JsonElement document, string property) => document.GetProperty(property).GetString()!;
}
