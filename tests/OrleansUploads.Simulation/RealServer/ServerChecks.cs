using System.Diagnostics;
using OrleansUploads.Simulation.Judging;
using OrleansUploads.Simulation.Workload;

namespace OrleansUploads.Simulation.RealServer;

/// <summary>Looks at everything that a real server has, once nothing is on its way.</summary>
/// <param name="lives">The server.</param>
/// <param name="clients">Ask it.</param>
/// <param name="judge">Judges what it says.</param>
/// <param name="coverage">Is told what was met.</param>
/// <param name="dataFolder">Where its data is.</param>
/// <param name="hasFailed">Whether there is a violation, so that nothing need be waited for any more.</param>
/// <param name="onViolation">Is told of what the judge cannot see in a single reply.</param>
internal sealed class ServerChecks(
    ServerLives lives,
    RealClients clients,
    Judge judge,
    Coverage coverage,
    string dataFolder,
    Func<bool> hasFailed,
    Action<string> onViolation)
{
    /// <summary>Server options that make it collect bytes without an owner at once.</summary>
    public static readonly IReadOnlyList<string> CollectsAtOnce = ["--collect-grace", "0s", "--collect-interval", "1s"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(100);

    /// <summary>Compares all answers of a newly started server with the model. No other client is active.</summary>
    public async Task CheckAsync()
    {
        await AgreeAsync();
        judge.Settle();
        var model = new ModelCheck(judge, coverage, clients.MustAnswerAsync, onViolation);
        var vaults = await model.CheckListsAsync();
        await model.SettleUploadsAsync();
        await model.CheckArchivesAsync();
        await model.CheckCountsAsync(vaults);
    }

    /// <summary>A restarted server delivers at once what its last life left undelivered. It has, when the account and the
    /// vaults say the same, and still do a moment later.</summary>
    private async Task AgreeAsync()
    {
        var watch = Stopwatch.StartNew();
        var inAgreement = 0;
        while (inAgreement < 2)
        {
            var listed = (await clients.MustAnswerAsync(new Request.ListVaults())).Vaults!;
            var agree = true;
            for (var vault = 0; vault < 2; vault++)
            {
                var described = await clients.MustAnswerAsync(new Request.DescribeVault(vault));
                agree &= listed.Contains(vault) == (described.Verdict == Verdict.Done);
            }

            inAgreement = agree ? inAgreement + 1 : 0;
            if (hasFailed())
            {
                return;
            }

            if (watch.Elapsed > Patience)
            {
                onViolation("liveness: account and vault do not reach agreement");
                return;
            }

            await Task.Delay(Settling);
        }
    }

    /// <summary>Checks that exactly the bytes without an owner are collected.</summary>
    /// <param name="collects">Whether the server was told from its first life on to collect at once.</param>
    public async Task CheckDiskAsync(bool collects)
    {
        await lives.StopAsync();
        judge.AnyCollection = true;
        await lives.StartAsync(collects ? [] : CollectsAtOnce);
        var watch = Stopwatch.StartNew();
        string? fault;
        do
        {
            await Task.Delay(Settling);
            fault = FindFault();
        }
        while (fault is not null && watch.Elapsed < Patience);
        if (fault is not null)
        {
            onViolation(fault);
        }

        await CheckAsync();
    }

    private string? FindFault()
    {
        try
        {
            string? fault = null;
            new DiskCheck(StoredFolder.Read(dataFolder), judge, coverage, found => fault ??= found).Run();
            return fault;
        }
        catch (IOException collecting)
        {
            return $"disk: the collector does not settle: {collecting.Message}";
        }
    }
}
