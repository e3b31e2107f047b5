using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using OrleansUploads.Gateway.Glacier;
using OrleansUploads.Gateway.Health;

namespace OrleansUploads.Gateway;

/// <summary>Where the gateway listens.</summary>
public static class GatewayEndpoints
{
    /// <summary>Path of the health report; it needs no signature.</summary>
    public const string HealthPath = "/healthz";

    /// <summary>Maps the health report, and the vault API on every other path that has no endpoint of its own.</summary>
    public static IEndpointRouteBuilder MapOrleansUploadsGateway(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapHealthChecks(HealthPath, new HealthCheckOptions { ResponseWriter = HealthReportWriter.WriteAsync });
        var front = endpoints.ServiceProvider.GetRequiredService<GlacierFront>();
        endpoints.Map("/{**path}", (RequestDelegate)front.HandleAsync);
        return endpoints;
    }
}
