using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Cluster.Nodes;
using OrleansUploads.Cluster.Tls;

namespace OrleansUploads.Silo.Health;

/// <summary>Reports degraded while new certificates or a new list of ingestion nodes cannot be loaded, and when the certificate has
/// expired. Open connections still work, so requests are still served.</summary>
/// <param name="certificates">The certificates of this process.</param>
/// <param name="time">The clock.</param>
/// <param name="nodes">The list of ingestion nodes, or null if this process is not a silo.</param>
internal sealed class CertificatesHealthCheck(ClusterCertificates certificates, TimeProvider time, NodeGrants? nodes = null) : IHealthCheck
{
    /// <summary>The check's name in the health report.</summary>
    public const string Name = "certificates";

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var expiresAt = certificates.ExpiresAt;
        var problem = certificates.Problem ?? nodes?.Problem
            ?? (expiresAt <= time.GetUtcNow() ? "The certificate has expired. Renew it." : null);
        var text = $"{(problem is null ? "" : $"{problem} ")}The certificate in use expires at {expiresAt:yyyy-MM-ddTHH:mm:ssZ}.";
        return Task.FromResult(problem is null ? HealthCheckResult.Healthy(text) : HealthCheckResult.Degraded(text));
    }
}
