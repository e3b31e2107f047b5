namespace OrleansUploads.Gateway.Dashboard.Documents;

/// <summary>What operators see of the server.</summary>
/// <param name="Health"><c>Healthy</c>, <c>Degraded</c> or <c>Unhealthy</c>.</param>
/// <param name="Checks">The health checks.</param>
/// <param name="Silos">The silos, or null without a cluster.</param>
/// <param name="Collected">What the collector of this process has deleted.</param>
internal sealed record ServerDocument(
    string Health, IReadOnlyList<CheckDocument> Checks, IReadOnlyList<ListedSilo>? Silos, CollectedDocument Collected);

/// <summary>A health check.</summary>
/// <param name="Name">Its name in the health report.</param>
/// <param name="Status">Its status.</param>
/// <param name="Text">What it says, or null.</param>
internal sealed record CheckDocument(string Name, string Status, string? Text);

/// <summary>A silo of the cluster.</summary>
/// <param name="Address">Its address, and when it was started.</param>
/// <param name="Status">Its status in the membership table.</param>
internal sealed record ListedSilo(string Address, string Status);

/// <summary>What the collector has deleted.</summary>
/// <param name="Since">When this process began to count.</param>
/// <param name="Attempts">Attempts that no part and no archive used.</param>
/// <param name="Uploads">Uploads whose bytes were all deleted.</param>
/// <param name="Skipped">How often an upload was skipped.</param>
internal sealed record CollectedDocument(long Since, long Attempts, long Uploads, long Skipped);
