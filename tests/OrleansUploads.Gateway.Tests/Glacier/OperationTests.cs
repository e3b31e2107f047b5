using OrleansUploads.Gateway.Glacier;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Each operation of the vault API has its address.</summary>
public sealed class OperationTests
{
    internal static readonly Dictionary<VaultAction, ApiRequest> Addresses = new()
    {
        [VaultAction.CreateVault] = new("PUT", "/-/vaults/v"),
        [VaultAction.DescribeVault] = new("GET", "/-/vaults/v"),
        [VaultAction.ListVaults] = new("GET", "/-/vaults"),
        [VaultAction.DeleteVault] = new("DELETE", "/-/vaults/v"),
        [VaultAction.UploadArchive] = new("POST", "/-/vaults/v/archives"),
        [VaultAction.DeleteArchive] = new("DELETE", "/-/vaults/v/archives/i"),
        [VaultAction.InitiateMultipartUpload] = new("POST", "/-/vaults/v/multipart-uploads"),
        [VaultAction.UploadMultipartPart] = new("PUT", "/-/vaults/v/multipart-uploads/i"),
        [VaultAction.CompleteMultipartUpload] = new("POST", "/-/vaults/v/multipart-uploads/i"),
        [VaultAction.AbortMultipartUpload] = new("DELETE", "/-/vaults/v/multipart-uploads/i"),
        [VaultAction.ListParts] = new("GET", "/-/vaults/v/multipart-uploads/i"),
        [VaultAction.ListMultipartUploads] = new("GET", "/-/vaults/v/multipart-uploads"),
        [VaultAction.InitiateJob] = new("POST", "/-/vaults/v/jobs"),
        [VaultAction.DescribeJob] = new("GET", "/-/vaults/v/jobs/i"),
        [VaultAction.ListJobs] = new("GET", "/-/vaults/v/jobs"),
        [VaultAction.GetJobOutput] = new("GET", "/-/vaults/v/jobs/i/output"),
        [VaultAction.ListTagsForVault] = new("GET", "/-/vaults/v/tags"),
        [VaultAction.AddTagsToVault] = new("POST", "/-/vaults/v/tags?operation=add"),
        [VaultAction.RemoveTagsFromVault] = new("POST", "/-/vaults/v/tags?operation=remove"),
        [VaultAction.SetVaultNotifications] = new("PUT", "/-/vaults/v/notification-configuration"),
        [VaultAction.GetVaultNotifications] = new("GET", "/-/vaults/v/notification-configuration"),
        [VaultAction.DeleteVaultNotifications] = new("DELETE", "/-/vaults/v/notification-configuration"),
        [VaultAction.SetVaultAccessPolicy] = new("PUT", "/-/vaults/v/access-policy"),
        [VaultAction.GetVaultAccessPolicy] = new("GET", "/-/vaults/v/access-policy"),
        [VaultAction.DeleteVaultAccessPolicy] = new("DELETE", "/-/vaults/v/access-policy"),
        [VaultAction.InitiateVaultLock] = new("POST", "/-/vaults/v/lock-policy"),
        [VaultAction.GetVaultLock] = new("GET", "/-/vaults/v/lock-policy"),
        [VaultAction.CompleteVaultLock] = new("POST", "/-/vaults/v/lock-policy/i"),
        [VaultAction.AbortVaultLock] = new("DELETE", "/-/vaults/v/lock-policy"),
        [VaultAction.GetDataRetrievalPolicy] = new("GET", "/-/policies/data-retrieval"),
        [VaultAction.SetDataRetrievalPolicy] = new("PUT", "/-/policies/data-retrieval"),
        [VaultAction.ListProvisionedCapacity] = new("GET", "/-/provisioned-capacity"),
        [VaultAction.PurchaseProvisionedCapacity] = new("POST", "/-/provisioned-capacity"),
    };

    /// <summary>The operations on a vault. The others concern the account, or create the vault.</summary>
    internal static IEnumerable<VaultAction> OnVaults => Addresses.Keys.Where(static action => RowOf(action)!.IsOnVault);

    /// <summary>A request to an operation on a vault. Its payload hash is correct, but its parameters may be invalid.</summary>
    internal static ApiRequest RequestTo(string vault, VaultAction action)
    {
        var address = Addresses[action];
        var target = address.Target.Replace("/-/vaults/v", $"/-/vaults/{vault}", StringComparison.Ordinal);
        return (address with { Target = target }).With("x-amz-content-sha256", Requests.LinearHashOf([]));
    }

    [Fact]
    public void Each_of_the_33_operations_has_its_address()
    {
        Assert.Equal(Enum.GetValues<VaultAction>().Order(), GlacierOperation.All.Select(row => row.Action).Distinct().Order());
        foreach (var operation in Enum.GetValues<VaultAction>())
        {
            Assert.Equal(operation, RowOf(operation)?.Action);
        }
    }

    [Theory]
    [InlineData("?grants")]
    [InlineData("?written")]
    [InlineData("?grants=")]
    public void Grants_and_reports_of_parts_are_judged_as_parts(string query) => Assert.Equal(
        VaultAction.UploadMultipartPart,
        GlacierOperation.Find("POST", RequestTarget.Parse($"/-/vaults/v/multipart-uploads/i{query}"))?.Action);

    private static GlacierOperation? RowOf(VaultAction action) =>
        GlacierOperation.Find(Addresses[action].Method, RequestTarget.Parse(Addresses[action].Target));
}
