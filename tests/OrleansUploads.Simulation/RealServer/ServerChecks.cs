namespace OrleansUploads.Simulation.RealServer;

/// <summary>Checks the whole state of a real server while no request is in flight.</summary>
internal sealed class ServerChecks(RealClients clients, Judge judge, Func<bool> hasFailed, Action<string> onViolation)
{
    public static readonly IReadOnlyList<string> CollectsAtOnce = ["--collect-grace", "0s", "--collect-interval", "1s"];

    /// <summary>How many archives a check reads again although nothing has happened to them. A vault keeps 10,000 jobs, and a campaign of an hour
    /// makes two for each read.</summary>
    private const int MaxReadAgain = 40;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(100);

    private readonly Coverage _coverage = new();

    /// <summary>The archives that were there at the last check, the least recently read first.</summary>
    private List<ArchiveFacts> _read = [];

    /// <summary>Compares all answers of a newly started server with the model. No other client is active.</summary>
    /// <param name="readsAll">Whether to read all archives, and not only those that are new, that a client has deleted, and some others.</param>
    public async Task CheckAsync(bool readsAll = false)
    {
        await AwaitAgreementAsync();
        judge.Settle();
        var model = new ModelCheck(judge, _coverage, clients.MustAnswerAsync, onViolation);
        var vaults = await model.CheckListsAsync();
        await model.SettleUploadsAsync();
        await model.CheckArchivesAsync(ToRead(readsAll));
        await model.CheckCountsAsync(vaults);
    }

    private List<ArchiveFacts> ToRead(bool readsAll)
    {
        var unchanged = _read.Where(static archive => archive.DeleteAskedAt is null);
        HashSet<ArchiveFacts> skipped = readsAll ? [] : [.. unchanged.Skip(MaxReadAgain)];
        var chosen = judge.Archives.Where(archive => !skipped.Contains(archive)).ToList();
        _read = [.. _read.Where(skipped.Contains), .. chosen];
        return chosen;
    }

    /// <summary>Waits until a restarted server has delivered the pending intents of the previous process: the account and
    /// the vaults must agree twice, a moment apart.</summary>
    private async Task AwaitAgreementAsync()
    {
        var watch = new Stopwatch();
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

            // The first answers may have waited until a silo was replaced.
            watch.Start();
            await Task.Delay(Settling);
        }
    }

    /// <summary>Checks that exactly the bytes without an owner are collected.</summary>
    public async Task CheckDiskAsync(ServerLives lives, string dataFolder, bool collects)
    {
        await lives.StopAsync();
        judge.AnyCollection = true;
        await lives.StartAsync(collects ? [] : CollectsAtOnce);
        var watch = Stopwatch.StartNew();
        string? fault;
        do
        {
            await Task.Delay(Settling);
            fault = FindFault(dataFolder);
        }
        while (fault is not null && watch.Elapsed < Patience);
        if (fault is not null)
        {
            onViolation(fault);
        }

        await CheckAsync();
    }

    private string? FindFault(string dataFolder)
    {
        try
        {
            string? fault = null;
            new DiskCheck(StoredFolder.Read(dataFolder), judge, _coverage, found => fault ??= found).Run();
            return fault;
        }
        catch (IOException collecting)
        {
            return $"disk: the collector does not settle: {collecting.Message}";
        }
    }
}
