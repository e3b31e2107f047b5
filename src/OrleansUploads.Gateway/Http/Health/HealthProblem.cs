using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansUploads.Gateway.Http.Health;

/// <summary>What a health check adds to the public report.</summary>
public static class HealthProblem
{
    /// <summary>Key in the data of the check's result. The value is a problem in a few words that anyone may read.</summary>
    public const string Key = "problem";

    /// <summary>The problem that a check reports, or null.</summary>
    internal static string? Of(HealthReportEntry entry) => entry.Data.TryGetValue(Key, out var problem) ? problem as string : null;
}
