using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>A valid request for each operation.</summary>
public static class Requests
{
    public const int MiB = 1024 * 1024;

    public static ApiRequest CreateVault(string vault) => new("PUT", $"/-/vaults/{vault}");

    public static ApiRequest DescribeVault(string vault) => new("GET", $"/-/vaults/{vault}");

    public static ApiRequest ListVaults(string query = "") => new("GET", $"/-/vaults{query}");

    public static ApiRequest DeleteVault(string vault) => new("DELETE", $"/-/vaults/{vault}");

    public static ApiRequest UploadArchive(string vault, byte[] bytes) =>
        WithHashes(new ApiRequest("POST", $"/-/vaults/{vault}/archives"), bytes);

    public static ApiRequest DeleteArchive(string vault, string archive) =>
        new("DELETE", $"/-/vaults/{vault}/archives/{archive}");

    public static ApiRequest Initiate(string vault, long partSizeBytes = MiB) =>
        new ApiRequest("POST", $"/-/vaults/{vault}/multipart-uploads").With("x-amz-part-size", Text(partSizeBytes));

    public static ApiRequest Part(string vault, string upload, long firstByte, byte[] bytes) =>
        WithHashes(new ApiRequest("PUT", $"/-/vaults/{vault}/multipart-uploads/{upload}"), bytes)
            .With("Content-Range", $"bytes {firstByte}-{firstByte + bytes.Length - 1}/*");

    /// <summary>The report of a part whose bytes are elsewhere.</summary>
    public static ApiRequest Report(string vault, string upload, long firstByte, byte[] bytes, string location) =>
        Part(vault, upload, firstByte, bytes)
            .WithBody([])
            .With("x-amz-content-sha256", LinearHashOf([]))
            .With("x-orleans-uploads-location", location);

    public static ApiRequest Complete(string vault, string upload, byte[] archive) =>
        Complete(vault, upload, archive.Length, TreeHashOf(archive));

    public static ApiRequest Complete(string vault, string upload, long sizeBytes, string treeHash) =>
        new ApiRequest("POST", $"/-/vaults/{vault}/multipart-uploads/{upload}")
            .With("x-amz-archive-size", Text(sizeBytes))
            .With("x-amz-sha256-tree-hash", treeHash);

    public static ApiRequest Abort(string vault, string upload) =>
        new("DELETE", $"/-/vaults/{vault}/multipart-uploads/{upload}");

    public static ApiRequest ListParts(string vault, string upload, string query = "") =>
        new("GET", $"/-/vaults/{vault}/multipart-uploads/{upload}{query}");

    public static ApiRequest ListUploads(string vault, string query = "") =>
        new("GET", $"/-/vaults/{vault}/multipart-uploads{query}");

    public static ApiRequest InitiateJob(string vault, string json) =>
        new ApiRequest("POST", $"/-/vaults/{vault}/jobs").WithBody(Encoding.UTF8.GetBytes(json));

    public static ApiRequest Retrieve(string vault, string archive) =>
        InitiateJob(vault, $$"""{"Type":"archive-retrieval","ArchiveId":"{{archive}}"}""");

    public static ApiRequest RetrieveInventory(string vault, string parameters = "null", string format = "null") =>
        InitiateJob(
            vault,
            $$"""{"Type":"inventory-retrieval","Format":{{format}},"InventoryRetrievalParameters":{{parameters}}}""");

    public static ApiRequest DescribeJob(string vault, string job) => new("GET", $"/-/vaults/{vault}/jobs/{job}");

    public static ApiRequest ListJobs(string vault, string query = "") => new("GET", $"/-/vaults/{vault}/jobs{query}");

    public static ApiRequest GetOutput(string vault, string job) => new("GET", $"/-/vaults/{vault}/jobs/{job}/output");

    public static ApiRequest ListTags(string vault) => new("GET", $"/-/vaults/{vault}/tags");

    public static ApiRequest AddTags(string vault, string json) =>
        new ApiRequest("POST", $"/-/vaults/{vault}/tags?operation=add").WithBody(Encoding.UTF8.GetBytes(json));

    public static ApiRequest RemoveTags(string vault, string json) =>
        new ApiRequest("POST", $"/-/vaults/{vault}/tags?operation=remove").WithBody(Encoding.UTF8.GetBytes(json));

    public static ApiRequest SetAccessPolicy(string vault, string policy) =>
        new ApiRequest("PUT", $"/-/vaults/{vault}/access-policy").WithBody(PolicyBody(policy));

    public static ApiRequest GetAccessPolicy(string vault) => new("GET", $"/-/vaults/{vault}/access-policy");

    public static ApiRequest DeleteAccessPolicy(string vault) => new("DELETE", $"/-/vaults/{vault}/access-policy");

    public static ApiRequest InitiateLock(string vault, string policy) =>
        new ApiRequest("POST", $"/-/vaults/{vault}/lock-policy").WithBody(PolicyBody(policy));

    public static ApiRequest GetLock(string vault) => new("GET", $"/-/vaults/{vault}/lock-policy");

    public static ApiRequest CompleteLock(string vault, string id) => new("POST", $"/-/vaults/{vault}/lock-policy/{id}");

    public static ApiRequest AbortLock(string vault) => new("DELETE", $"/-/vaults/{vault}/lock-policy");

    /// <summary>A policy with one statement for all vaults. It applies to all principals by default.</summary>
    public static string PolicyOf(
        string effect, string action, string condition = "{}", string sid = "rule", string principal = "\"*\"") =>
        $$"""
        {"Version":"2012-10-17","Statement":[{"Sid":"{{sid}}","Effect":"{{effect}}","Principal":{{principal}},
        "Action":"{{action}}","Resource":"*","Condition":{{condition}} }]}
        """;

    public static ApiRequest SetNotifications(string vault, string json) =>
        new ApiRequest("PUT", $"/-/vaults/{vault}/notification-configuration").WithBody(Encoding.UTF8.GetBytes(json));

    public static ApiRequest GetNotifications(string vault) => new("GET", $"/-/vaults/{vault}/notification-configuration");

    public static ApiRequest DeleteNotifications(string vault) =>
        new("DELETE", $"/-/vaults/{vault}/notification-configuration");

    public static ApiRequest GetRetrievalPolicy() => new("GET", "/-/policies/data-retrieval");

    public static ApiRequest SetRetrievalPolicy(string json) =>
        new ApiRequest("PUT", "/-/policies/data-retrieval").WithBody(Encoding.UTF8.GetBytes(json));

    public static ApiRequest ListCapacity() => new("GET", "/-/provisioned-capacity");

    public static ApiRequest PurchaseCapacity() => new("POST", "/-/provisioned-capacity");

    /// <summary>Pseudorandom bytes; different seeds give different bytes.</summary>
    public static byte[] Bytes(int count, int seed = 1) => Some.Bytes(count, seed);

    public static string LinearHashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static string TreeHashOf(ReadOnlySpan<byte> bytes)
    {
        using var hasher = new PartHasher();
        hasher.Append(bytes);
        return hasher.Finish().Tree.ToString();
    }

    private static byte[] PolicyBody(string policy) =>
        JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["Policy"] = policy });

    private static ApiRequest WithHashes(ApiRequest request, byte[] bytes) => request
        .WithBody(bytes)
        .With("x-amz-content-sha256", LinearHashOf(bytes))
        .With("x-amz-sha256-tree-hash", TreeHashOf(bytes));

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
