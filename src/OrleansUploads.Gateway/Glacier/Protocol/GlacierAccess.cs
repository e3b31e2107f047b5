using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Values;
using OrleansUploads.Gateway.Http.Exchanges;
using static OrleansUploads.Gateway.Glacier.Protocol.GlacierOperation;

namespace OrleansUploads.Gateway.Glacier.Protocol;

/// <summary>What an operation of the vault API does, for keys with a scope.</summary>
internal static class GlacierAccess
{
    /// <summary>Stands for the signer's own account in a path.</summary>
    public const string OwnAccount = "-";

    /// <summary>Returns what a request does.</summary>
    /// <param name="route">Its operation, or null if it is none.</param>
    /// <param name="target">Its path.</param>
    /// <param name="signer">The account that the signer acts for.</param>
    public static KeyAccess Of(GlacierRoute? route, RequestTarget target, AccountId signer) => new(
        route is null ? KeyAccessKind.Change : KindOf(route.Operation),
        route?.Vault,
        target.Segments is [var account, ..] && (account == OwnAccount || account == signer.ToString()));

    private static KeyAccessKind KindOf(GlacierOperation operation) => operation switch
    {
        DescribeVault or ListVaults or ListParts or ListMultipartUploads or DescribeJob or ListJobs
            or ListTagsForVault or GetVaultNotifications or GetVaultAccessPolicy or GetVaultLock
            or GetDataRetrievalPolicy or ListProvisionedCapacity => KeyAccessKind.Look,
        InitiateJob or GetJobOutput => KeyAccessKind.Read,
        UploadArchive or InitiateMultipartUpload or UploadMultipartPart or CompleteMultipartUpload => KeyAccessKind.Add,
        _ => KeyAccessKind.Change,
    };
}
