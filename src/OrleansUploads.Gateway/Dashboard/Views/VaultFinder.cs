using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Dashboard.Calls;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Glacier.Vaults;

namespace OrleansUploads.Gateway.Dashboard.Views;

/// <summary>Finds the vault of a request, and checks that its policies permit the operation of the vault API that does the
/// same.</summary>
internal sealed class VaultFinder(PolicyGate gate)
{
    /// <summary>Finds the vault.</summary>
    /// <returns>The call to it, or why the request cannot have it.</returns>
    public async ValueTask<(GlacierCall Call, GlacierError? Error)> FindAsync(DashboardCall call, VaultAction action)
    {
        if (!VaultName.TryParse(call.Route.Container, out var name))
        {
            return (null!, RequestErrors.InvalidVaultName(call.Route.Container ?? ""));
        }

        var found = call.ToGlacier(action, name);
        return (found, await gate.CheckAsync(found));
    }

    /// <summary>Finds the vault and reads the upload ID in the path.</summary>
    /// <returns>The call to it and the upload, or why the request cannot have them.</returns>
    public async ValueTask<(GlacierCall Call, UploadId Upload, GlacierError? Error)> FindUploadAsync(
        DashboardCall call, VaultAction action)
    {
        var (found, error) = await FindAsync(call, action);
        return error is not null ? (found, default, error)
            : UploadId.TryParse(found.Id, out var upload) ? (found, upload, null)
            : (found, default, GlacierError.UploadNotFound(found.Id));
    }
}
