using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Gateway.Dashboard.Answers;
using OrleansUploads.Gateway.Dashboard.Calls;
using OrleansUploads.Gateway.Dashboard.Documents;
using OrleansUploads.Gateway.Dashboard.Figures;
using OrleansUploads.Gateway.Http.Health;

namespace OrleansUploads.Gateway.Dashboard.Views;

/// <summary>Shows the server to its operators: its health, the silos, and what the collector did. All of it is about all accounts, so only
/// keys without limits see it.</summary>
internal sealed class ServerView(HealthCheckService health, SiloView silos, CollectorFigures collected)
{
    /// <summary>Shows the server.</summary>
    public async ValueTask<DashboardAnswer> GetAsync(DashboardCall call)
    {
        var report = await health.CheckHealthAsync(call.Aborted);
        var isOnMachine = CallerDistance.Of(call.Exchange.Context).IsOnMachine;
        return JsonAnswer.Of(
            new ServerDocument(
                report.Status.ToString(),
                [.. report.Entries.Select(entry => new CheckDocument(
                    entry.Key, entry.Value.Status.ToString(), TextOf(entry.Value, isOnMachine)))],
                await silos.ListAsync(call),
                new(collected.Since.ToUnixTimeMilliseconds(), collected.Attempts, collected.Uploads, collected.Skipped)),
            DashboardJson.Default.ServerDocument);
    }

    /// <summary>The health of the server, or null if the key may not see it.</summary>
    public async ValueTask<string?> FindHealthAsync(DashboardCall call) =>
        call.Scope.IsUnlimited ? (await health.CheckHealthAsync(call.Aborted)).Status.ToString() : null;

    /// <summary>Details, such as paths, are for callers on this machine, as in the health report.</summary>
    private static string? TextOf(HealthReportEntry entry, bool isOnMachine) =>
        isOnMachine && entry.Description is { } description ? description : HealthProblem.Of(entry);
}
