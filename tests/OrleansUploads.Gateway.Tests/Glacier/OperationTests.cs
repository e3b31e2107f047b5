using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Exchanges;
using OrleansUploads.Gateway.Tests.Harness;
using OrleansUploads.TestKit.Documents;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>Each operation of the vault API has its address and its row in docs/protocol.md.</summary>
public sealed class OperationTests
{
    internal static readonly Dictionary<GlacierOperation, ApiRequest> Addresses = new()
    {
        [GlacierOperation.CreateVault] = new("PUT", "/-/vaults/v"),
        [GlacierOperation.DescribeVault] = new("GET", "/-/vaults/v"),
        [GlacierOperation.ListVaults] = new("GET", "/-/vaults"),
        [GlacierOperation.DeleteVault] = new("DELETE", "/-/vaults/v"),
        [GlacierOperation.UploadArchive] = new("POST", "/-/vaults/v/archives"),
        [GlacierOperation.DeleteArchive] = new("DELETE", "/-/vaults/v/archives/i"),
        [GlacierOperation.InitiateMultipartUpload] = new("POST", "/-/vaults/v/multipart-uploads"),
        [GlacierOperation.UploadMultipartPart] = new("PUT", "/-/vaults/v/multipart-uploads/i"),
        [GlacierOperation.CompleteMultipartUpload] = new("POST", "/-/vaults/v/multipart-uploads/i"),
        [GlacierOperation.AbortMultipartUpload] = new("DELETE", "/-/vaults/v/multipart-uploads/i"),
        [GlacierOperation.ListParts] = new("GET", "/-/vaults/v/multipart-uploads/i"),
        [GlacierOperation.ListMultipartUploads] = new("GET", "/-/vaults/v/multipart-uploads"),
        [GlacierOperation.InitiateJob] = new("POST", "/-/vaults/v/jobs"),
        [GlacierOperation.DescribeJob] = new("GET", "/-/vaults/v/jobs/i"),
        [GlacierOperation.ListJobs] = new("GET", "/-/vaults/v/jobs"),
        [GlacierOperation.GetJobOutput] = new("GET", "/-/vaults/v/jobs/i/output"),
        [GlacierOperation.ListTagsForVault] = new("GET", "/-/vaults/v/tags"),
        [GlacierOperation.AddTagsToVault] = new("POST", "/-/vaults/v/tags?operation=add"),
        [GlacierOperation.RemoveTagsFromVault] = new("POST", "/-/vaults/v/tags?operation=remove"),
        [GlacierOperation.SetVaultNotifications] = new("PUT", "/-/vaults/v/notification-configuration"),
        [GlacierOperation.GetVaultNotifications] = new("GET", "/-/vaults/v/notification-configuration"),
        [GlacierOperation.DeleteVaultNotifications] = new("DELETE", "/-/vaults/v/notification-configuration"),
        [GlacierOperation.SetVaultAccessPolicy] = new("PUT", "/-/vaults/v/access-policy"),
        [GlacierOperation.GetVaultAccessPolicy] = new("GET", "/-/vaults/v/access-policy"),
        [GlacierOperation.DeleteVaultAccessPolicy] = new("DELETE", "/-/vaults/v/access-policy"),
        [GlacierOperation.InitiateVaultLock] = new("POST", "/-/vaults/v/lock-policy"),
        [GlacierOperation.GetVaultLock] = new("GET", "/-/vaults/v/lock-policy"),
        [GlacierOperation.CompleteVaultLock] = new("POST", "/-/vaults/v/lock-policy/i"),
        [GlacierOperation.AbortVaultLock] = new("DELETE", "/-/vaults/v/lock-policy"),
        [GlacierOperation.GetDataRetrievalPolicy] = new("GET", "/-/policies/data-retrieval"),
        [GlacierOperation.SetDataRetrievalPolicy] = new("PUT", "/-/policies/data-retrieval"),
        [GlacierOperation.ListProvisionedCapacity] = new("GET", "/-/provisioned-capacity"),
        [GlacierOperation.PurchaseProvisionedCapacity] = new("POST", "/-/provisioned-capacity"),
    };

    private static readonly HashSet<string> AmazonClients = ["boto3", "awscli", "JS", "AWSSDK.Glacier"];

    [Fact]
    public void Each_of_the_33_operations_has_its_address()
    {
        Assert.Equal(33, Enum.GetValues<GlacierOperation>().Length);
        foreach (var operation in Enum.GetValues<GlacierOperation>())
        {
            var address = Addresses[operation];
            Assert.Equal(operation, GlacierRoute.Parse(address.Method, RequestTarget.Parse(address.Target))?.Operation);
        }
    }

    [Fact]
    public void Each_operation_has_a_correct_row_in_the_documentation()
    {
        var rows = Documentation.Rows("protocol.md").ToDictionary(row => row[0], row => row);
        foreach (var operation in Enum.GetValues<GlacierOperation>())
        {
            var row = rows[$"`{operation}`"];
            Assert.Equal("yes", row[1]);
            Assert.Subset(AmazonClients, row[4].Split(", ").ToHashSet());
            foreach (var tests in row[3].Split(',', StringSplitOptions.TrimEntries))
            {
                var name = $"{typeof(OperationTests).Namespace}.{tests.Trim('`')}";
                Assert.True(
                    typeof(OperationTests).Assembly.GetType(name) is not null,
                    $"docs/protocol.md names the test class {name}, which does not exist. Correct the row of {operation}.");
            }
        }
    }
}
