namespace OrleansUploads.Simulation.Hostile;

/// <summary>Attacks a real server with connections, slow uploads and floods, and measures the service that another client
/// gets.</summary>
internal static class HostileBench
{
    public static async Task<HostileReport> RunAsync(HostilePlan plan)
    {
        var report = new HostileReport();
        using var folder = new TemporaryFolder();
        await using var server = await HostileServer.StartAsync(plan, folder.Data);
        await CompareUploadsAsync(plan, server, report);
        if (plan.Floods && !server.HasEnded && report.Violations.Count == 0)
        {
            await FloodAsync(plan, server, report);
        }

        report.Require(!server.HasEnded, $"The server exited. {server}");
        if (!server.HasEnded)
        {
            RequireMemory(server, plan.FloodMemoryMebibytes, report);
        }

        return report;
    }

    private static async Task CompareUploadsAsync(HostilePlan plan, HostileServer server, HostileReport report)
    {
        var archive = Some.Bytes(plan.UploadMebibytes * (int)Some.MiB, seed: 1);
        await GoodClient.UploadAsync(server, archive, plan.Patience);
        var (alone, attacked) = (new List<double>(), new List<double>());
        for (var pair = 1; pair <= plan.Pairs && !server.HasEnded; pair++)
        {
            alone.Add(Seconds(await GoodClient.UploadAsync(server, archive, plan.Patience)));
            await using var attacker = await Attacker.BeginAsync(plan, server);
            attacked.Add(Seconds(await GoodClient.UploadAsync(server, archive, plan.Patience)));
            if (server.HasEnded)
            {
                break;
            }

            var free = plan.DescriptorLimit - server.OpenDescriptors;
            report.Add($"pair {pair}: {alone[^1]:F2} s alone, {attacked[^1]:F2} s under attack; {attacker.Opened} connections opened, {attacker.Admitted} uploads");
            report.Add($"pair {pair}: {free} of {plan.DescriptorLimit} files free, peak memory {server.PeakMebibytes:F0} MiB");
            report.Require(
                free >= plan.FreeDescriptors, $"Only {free} open files were free; the minimum is {plan.FreeDescriptors}.");
        }

        if (!server.HasEnded)
        {
            RequireMemory(server, plan.MemoryMebibytes, report);
        }

        report.Require(attacked.All(double.IsFinite), $"An upload under attack did not finish within {plan.Patience}.");
        if (attacked.Count > 0)
        {
            var ratio = Median(alone) / Median(attacked);
            report.Add($"median rate under attack: {ratio:F2} of the rate alone");
            report.Require(
                ratio >= plan.LeastRateRatio,
                $"The rate under attack was {ratio:F2} of the rate alone; the minimum is {plan.LeastRateRatio}.");
        }
    }

    private static async Task FloodAsync(HostilePlan plan, HostileServer server, HostileReport report)
    {
        foreach (var flood in Flood.All)
        {
            using var ended = new CancellationTokenSource();
            var flooding = flood.RunAsync(server, plan.FloodConnections, ended.Token);
            var time = await GoodClient.AskAsync(server, plan.FloodTime);
            await ended.CancelAsync();
            await flooding;
            report.Add($"flood of {flood.Name}: 95 of 100 requests of another account within {time?.TotalMilliseconds:F1} ms");
            report.Require(
                time <= plan.LongestRequest,
                $"Flood of {flood.Name}: 95 of 100 requests of another account took {time}; the limit is {plan.LongestRequest}.");
        }
    }

    private static void RequireMemory(HostileServer server, long mostMebibytes, HostileReport report)
    {
        var peak = server.PeakMebibytes;
        report.Add($"peak memory {peak:F0} MiB");
        report.Require(
            peak <= mostMebibytes, $"The server's peak memory was {peak:F0} MiB; the limit is {mostMebibytes} MiB.");
    }

    private static double Seconds(TimeSpan? time) => time?.TotalSeconds ?? double.PositiveInfinity;

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}

internal sealed class HostileReport
{
    private readonly StringBuilder _figures = new();

    public List<string> Violations { get; } = [];

    public void Add(FormattableString figure) => _figures.AppendLine(figure.ToString(CultureInfo.InvariantCulture));

    public void Require(bool isKept, FormattableString violation)
    {
        if (!isKept)
        {
            Violations.Add(violation.ToString(CultureInfo.InvariantCulture));
        }
    }

    public override string ToString() => $"{_figures}{string.Concat(Violations.Select(violation => $"VIOLATION: {violation}\n"))}";
}
