using System.Text.Json;
using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.Hashing;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>The AWS CLI goes through all operations. Each command costs it a second, so there are few besides.</summary>
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
    public async Task The_aws_cli_carries_out_all_operations()
    {
        var program = await InstalledClients.FindAwsCliAsync();
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        var aws = new AwsCli(program, server, _folder.Path);
        await File.WriteAllBytesAsync(_folder.File("archive"), _bytes);

        // Two commands at a time.
        await Task.WhenAll(StoreAndRetrieveAsync(aws, "archives"), SetEverythingAsync(aws, "settings"));

        DocumentedOperations.AreThoseOf("awscli", aws.Done);
    }

    private async Task StoreAndRetrieveAsync(AwsCli aws, string vault)
    {
        string[] ofVault = ["--vault-name", vault];
        var created = await aws.RunAsync("create-vault", ofVault);
        Assert.EndsWith($"/vaults/{vault}", Text(created, "location"), StringComparison.Ordinal);
        await aws.WaitAsync("vault-exists", vault);
        var uploaded = await aws.RunAsync(
            "upload-archive", [.. ofVault, "--archive-description", "in one request", "--body", _folder.File("archive")]);
        Assert.Equal(TreeHash, Text(uploaded, "checksum"));
        await UploadInPartsAsync(aws, ofVault);
        var archives = await RetrieveAsync(aws, ofVault, Text(uploaded, "archiveId"));

        await aws.RefusedAsync(Invalid, "Vault not empty or recently written to", "delete-vault", ofVault);
        Assert.Equal(2, archives.Count);
        foreach (var archive in archives)
        {
            await aws.RunAsync("delete-archive", [.. ofVault, "--archive-id", archive]);
        }

        await aws.RunAsync("delete-vault", ofVault);
        await aws.WaitAsync("vault-not-exists", vault);
        await aws.RefusedAsync(NotFound, "Vault not found", "describe-vault", ofVault);
    }

    private async Task UploadInPartsAsync(AwsCli aws, string[] ofVault)
    {
        await aws.RefusedAsync(
            Invalid, "must be a power of two", "initiate-multipart-upload", [.. ofVault, "--part-size", "3145728"]);
        string[] initiate = [.. ofVault, "--part-size", $"{Archives.MiB}"];
        var upload = Text(await aws.RunAsync("initiate-multipart-upload", initiate), "uploadId");
        string[] ofUpload = [.. ofVault, "--upload-id", upload];
        var last = _folder.File("last-part");
        await File.WriteAllBytesAsync(last, _bytes[Archives.MiB..]);
        var first = _folder.File("first-part");
        await File.WriteAllBytesAsync(first, _bytes[..Archives.MiB]);
        await aws.RunAsync("upload-multipart-part", [.. ofUpload, "--range", "bytes 1048576-1048580/*", "--body", last]);
        await aws.RunAsync("upload-multipart-part", [.. ofUpload, "--range", "bytes 0-1048575/*", "--body", first]);
        var uploads = await aws.RunAsync("list-multipart-uploads", ofVault);
        Assert.Equal(upload, Text(Assert.Single(uploads.GetProperty("UploadsList").EnumerateArray()), "MultipartUploadId"));
        var parts = await aws.RunAsync("list-parts", ofUpload);
        Assert.Equal(
            ["0-1048575", "1048576-1048580"],
            parts.GetProperty("Parts").EnumerateArray().Select(part => Text(part, "RangeInBytes")));
        var completed = await aws.RunAsync(
            "complete-multipart-upload", [.. ofUpload, "--archive-size", $"{_bytes.Length}", "--checksum", TreeHash]);
        Assert.Equal(TreeHash, Text(completed, "checksum"));

        var unwanted = Text(await aws.RunAsync("initiate-multipart-upload", initiate), "uploadId");
        await aws.RunAsync("abort-multipart-upload", [.. ofVault, "--upload-id", unwanted]);
    }

    /// <summary>Fetches an archive and the inventory.</summary>
    /// <returns>The archives in the inventory.</returns>
    private async Task<IReadOnlyList<string>> RetrieveAsync(AwsCli aws, string[] ofVault, string archive)
    {
        var retrieval = await InitiateAsync(
            $$"""{"Type":"archive-retrieval","ArchiveId":"{{archive}}","Description":"all"}""");
        var described = await aws.RunAsync("describe-job", [.. ofVault, "--job-id", retrieval]);
        Assert.Equal("ArchiveRetrieval", Text(described, "Action"));
        Assert.Equal("all", Text(described, "JobDescription"));
        Assert.Equal(TreeHash, Text(described, "SHA256TreeHash"));
        await aws.RunAsync("get-job-output", [.. ofVault, "--job-id", retrieval, _folder.File("output")]);
        Assert.Equal(_bytes, await File.ReadAllBytesAsync(_folder.File("output")));

        var inventory = await InitiateAsync("""{"Type":"inventory-retrieval"}""");
        await aws.RunAsync("get-job-output", [.. ofVault, "--job-id", inventory, _folder.File("inventory")]);
        using var listed = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.File("inventory")));
        var jobs = await aws.RunAsync("list-jobs", [.. ofVault, "--completed", "true"]);
        Assert.Equal(
            new[] { retrieval, inventory }.Order(StringComparer.Ordinal),
            jobs.GetProperty("JobList").EnumerateArray().Select(job => Text(job, "JobId")).Order(StringComparer.Ordinal));
        return [.. listed.RootElement.GetProperty("ArchiveList").EnumerateArray().Select(entry => Text(entry, "ArchiveId"))];

        async Task<string> InitiateAsync(string parameters) =>
            Text(await aws.RunAsync("initiate-job", [.. ofVault, "--job-parameters", parameters]), "jobId");
    }

    private static async Task SetEverythingAsync(AwsCli aws, string vault)
    {
        string[] ofVault = ["--vault-name", vault];
        await aws.RunAsync("create-vault", ofVault);
        var described = await aws.RunAsync("describe-vault", ofVault);
        Assert.Equal(0, described.GetProperty("NumberOfArchives").GetInt32());
        var vaults = await aws.RunAsync("list-vaults", "--page-size", "1");
        Assert.Contains(vaults.GetProperty("VaultList").EnumerateArray(), listed => Text(listed, "VaultName") == vault);

        await aws.RunAsync("add-tags-to-vault", [.. ofVault, "--tags", "project=Ørsted,empty="]);
        await aws.RunAsync("remove-tags-from-vault", [.. ofVault, "--tag-keys", "empty", "never-there"]);
        var tags = (await aws.RunAsync("list-tags-for-vault", ofVault)).GetProperty("Tags");
        Assert.Equal("Ørsted", Text(tags, "project"));
        Assert.Single(tags.EnumerateObject());

        await aws.RunAsync(
            "set-vault-notifications",
            [
                .. ofVault, "--vault-notification-config",
                $$"""{"SNSTopic":"{{Topic}}","Events":["InventoryRetrievalCompleted"]}""",
            ]);
        var notifications = await aws.RunAsync("get-vault-notifications", ofVault);
        Assert.Equal(Topic, Text(notifications.GetProperty("vaultNotificationConfig"), "SNSTopic"));
        await aws.RunAsync("delete-vault-notifications", ofVault);

        var document = JsonSerializer.Serialize(new Dictionary<string, string> { ["Policy"] = KeepAYear });
        string[] policy = [.. ofVault, "--policy", document];
        await aws.RunAsync("set-vault-access-policy", policy);
        var access = await aws.RunAsync("get-vault-access-policy", ofVault);
        Assert.Equal(KeepAYear, Text(access.GetProperty("policy"), "Policy"));
        await aws.RunAsync("delete-vault-access-policy", ofVault);
        await LockAsync(aws, ofVault, policy);
        await SetAccountAsync(aws);
    }

    private static async Task LockAsync(AwsCli aws, string[] ofVault, string[] policy)
    {
        await aws.RunAsync("initiate-vault-lock", policy);
        await aws.RunAsync("abort-vault-lock", ofVault);
        var id = Text(await aws.RunAsync("initiate-vault-lock", policy), "lockId");
        await aws.RunAsync("complete-vault-lock", [.. ofVault, "--lock-id", id]);
        var locked = await aws.RunAsync("get-vault-lock", ofVault);
        Assert.Equal("Locked", Text(locked, "State"));
        Assert.Equal(KeepAYear, Text(locked, "Policy"));
        await aws.RefusedAsync("AccessDeniedException", "locked permanently", "abort-vault-lock", ofVault);
    }

    private static async Task SetAccountAsync(AwsCli aws)
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
