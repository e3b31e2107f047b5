using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Gateway.Glacier;
using OrleansUploads.Gateway.S3;

namespace OrleansUploads.Dashboard;

/// <summary>Finds the vault or bucket of a request, and checks that its user may do there what the operation needs: in a vault by its
/// policies, as in the vault API, and in a bucket by its owner, as in S3. If not, a <see cref="FrontError"/> ends the operation.</summary>
internal static class ContainerFinder
{
    /// <summary>Finds a vault.</summary>
    /// <param name="vault">The vault's name in the path.</param>
    /// <param name="action">The operation of the vault API that does the same.</param>
    /// <param name="id">The ID of an upload, archive or job that errors name, or empty.</param>
    /// <param name="document">The body that the operation of the vault API would have, if its policies look at it.</param>
    public static async ValueTask<GlacierCall> FindVaultAsync(
        this DashboardCall call, string vault, VaultAction action, string id = "", ReadOnlyMemory<byte> document = default)
    {
        if (!VaultName.TryParse(vault, out var name))
        {
            throw GlacierError.InvalidVaultName(vault);
        }

        var request = RequestOf(call, name, action, id, document);
        return await PolicyGate.CheckAsync(request) is { } denied ? throw denied : request;
    }

    /// <summary>Whether a user may do something in a vault of the account.</summary>
    public static async ValueTask<bool> MayAsync(this DashboardCall call, VaultName vault, VaultAction action) =>
        await TryFindVaultAsync(call, vault, action) is not null;

    /// <summary>Finds a vault of the account, or returns null if it does not exist or if its policies forbid the operation.</summary>
    public static async ValueTask<GlacierCall?> TryFindVaultAsync(this DashboardCall call, VaultName vault, VaultAction action)
    {
        var request = RequestOf(call, vault, action, id: "");
        return await PolicyGate.CheckAsync(request) is null ? request : null;
    }

    /// <summary>Finds a vault, and reads the ID of an upload to it.</summary>
    public static async ValueTask<(GlacierCall Vault, UploadId Upload)> FindVaultUploadAsync(
        this DashboardCall call, string vault, string id, VaultAction action)
    {
        var found = await FindVaultAsync(call, vault, action, id);
        return UploadId.TryParse(id, out var upload) ? (found, upload) : throw GlacierError.UploadNotFound(id);
    }

    public static ValueTask<BucketDescription> FindBucketAsync(this DashboardCall call, string bucket) =>
        RequestBucket(call, bucket).RequireBucketAsync();

    /// <summary>Finds a bucket, and reads the ID of an upload to it and the key in the query.</summary>
    public static async ValueTask<(S3Call Bucket, ObjectName Name, UploadId Upload)> FindObjectUploadAsync(
        this DashboardCall call, string bucket, string id)
    {
        var request = RequestOf(call, bucket, id);
        var (name, upload) = await request.RequireUploadAsync();
        return (request, name, upload);
    }

    /// <summary>A request to create a vault. A vault that does not exist has no policies.</summary>
    public static GlacierCall RequestNewVault(this DashboardCall call, string vault) => VaultName.TryParse(vault, out var name)
        ? RequestOf(call, name, VaultAction.CreateVault, id: "")
        : throw GlacierError.InvalidVaultName(vault);

    /// <summary>A request about a bucket, which is not checked.</summary>
    public static S3Call RequestBucket(this DashboardCall call, string bucket) => RequestOf(call, bucket, id: "");

    private static GlacierCall RequestOf(
        DashboardCall call, VaultName vault, VaultAction action, string id, ReadOnlyMemory<byte> document = default) => new()
        {
            Services = call.Services,
            Exchange = call.Exchange,
            Headers = call.Exchange.Context.Request.Headers,
            Account = call.Account,
            Action = action,
            Vault = new VaultId(call.Account, vault),
            Id = id,
            Document = document,
        };

    private static S3Call RequestOf(DashboardCall call, string bucket, string id) => new()
    {
        Services = call.Services,
        Exchange = call.Exchange,
        Headers = call.Exchange.Context.Request.Headers,
        Account = call.Account,
        Address = new S3Address(bucket, call.Query.FirstValue("key")),
        UploadText = id,
    };
}
