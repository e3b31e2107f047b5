using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Dashboard.Calls;
using OrleansUploads.Gateway.Dashboard.Documents;

namespace OrleansUploads.Gateway.Dashboard.Views;

/// <summary>Shows the silos of a cluster, to keys without limits: the addresses are the operator's business.</summary>
internal sealed class SiloView(IClusterMap? cluster = null)
{
    /// <summary>Lists the silos. Null without a cluster, or if the key may not see them.</summary>
    public async ValueTask<IReadOnlyList<ListedSilo>?> ListAsync(DashboardCall call) => MapFor(call) is { } map
        ? [.. (await map.ListSilosAsync(call.Aborted)).Select(static silo => new ListedSilo(silo.Address, silo.Status))]
        : null;

    /// <summary>Returns the address of the silo on which an upload is active. Null without a cluster, if it is on none, or if the key may
    /// not see it.</summary>
    public async ValueTask<string?> FindAsync(DashboardCall call, UploadId upload) => MapFor(call) is { } map
        ? await map.FindSiloAsync(upload.Entity, call.Aborted)
        : null;

    private IClusterMap? MapFor(DashboardCall call) => call.Scope.IsUnlimited ? cluster : null;
}
