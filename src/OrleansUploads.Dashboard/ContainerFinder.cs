using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Gateway;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Glacier.Vaults;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Dashboard;

/// <summary>Finds the vault or bucket of a request, and checks that its user may do there what the operation needs: in a vault by its
/// policies, as in the vault API, and in a bucket by its owner, as in S3. If not, a <see cref="FrontErrorException"/> ends the
/// operation.</summary>
internal sealed class ContainerFinder(PolicyGate gate, BucketFinder buckets, GatewayOptions options)
{
    /// <summary>Finds a vault.</summary>
    /// <param name="call">The request.</param>
    /// <param name="vault">The vault's name in the path.</param>
    /// <param name="action">The operation of the vault API that does the same.</param>
    /// <param name="id">The ID of an upload or archive that errors name, or empty.</param>
    public async ValueTask<VaultRequest> FindVaultAsync(DashboardCall call, string vault, VaultAction action, string id = "")
    {
        if (!VaultName.TryParse(vault, out var name))
        {
            throw RequestErrors.InvalidVaultName(vault).AsException();
        }

        var request = RequestOf(call, name, action, id);
        return await gate.CheckAsync(request) is { } denied ? throw denied.AsException() : request;
    }

    /// <summary>Whether a user may do something in a vault of the account.</summary>
    public async ValueTask<bool> MayAsync(DashboardCall call, VaultName vault, VaultAction action) =>
        await gate.CheckAsync(RequestOf(call, vault, action, id: "")) is null;

    /// <summary>Finds a vault, and reads the ID of an upload to it.</summary>
    public async ValueTask<(VaultRequest Vault, UploadId Upload)> FindVaultUploadAsync(
        DashboardCall call, string vault, string id, VaultAction action)
    {
        var found = await FindVaultAsync(call, vault, action, id);
        return UploadId.TryParse(id, out var upload) ? (found, upload) : throw GlacierError.UploadNotFound(id).AsException();
    }

    /// <summary>Finds a bucket.</summary>
    public ValueTask<BucketDescription> FindBucketAsync(DashboardCall call, string bucket) =>
        buckets.RequireAsync(bucket, call.Account, call.Aborted);

    /// <summary>Finds a bucket, and reads the ID of an upload to it and the key in the query.</summary>
    public async ValueTask<(ObjectName Name, UploadId Upload)> FindObjectUploadAsync(DashboardCall call, string bucket, string id)
    {
        var name = BucketFinder.RequireKey(await FindBucketAsync(call, bucket), call.Query.FirstValue("key"));
        return UploadId.TryParse(id, out var upload) ? (name, upload) : throw S3Error.NoSuchUpload(id).AsException();
    }

    private VaultRequest RequestOf(DashboardCall call, VaultName vault, VaultAction action, string id) => new()
    {
        Exchange = call.Exchange,
        Account = call.Account,
        Action = action,
        Vault = new VaultId(call.Account, vault),
        Region = options.Region,
        Id = id,
    };
}
