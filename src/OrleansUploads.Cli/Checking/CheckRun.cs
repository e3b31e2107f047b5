using OrleansUploads.Engine.Checking;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Storage;

namespace OrleansUploads.Cli.Checking;

/// <summary>One run of the <c>check</c> command, from opening the folder to the exit code.</summary>
internal sealed class CheckRun(CheckSettings settings)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private readonly ResumeFile? _resumeFile = settings.ResumeFile is { } file ? new ResumeFile(file, settings) : null;

    /// <summary>Checks the folder, prints the findings, and saves the progress.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using CheckReport report = settings.Json ? new CheckReport.Json() : new CheckReport.Text(settings);
        return (int)await CheckFolderAsync(report, cancellationToken);
    }

    private async Task<CheckOutcome> CheckFolderAsync(CheckReport report, CancellationToken cancellationToken)
    {
        try
        {
            FileFault.RequireReadable(settings.DataFolder);
            var from = _resumeFile?.Read() ?? CheckPosition.Start;
            using var parts = settings.Parts is { } address ? await ObjectStores.OpenAsync(address, cancellationToken) : null;
            if (parts is not null)
            {
                await InspectedDataFolder.RequireMarkAsync(settings.DataFolder, parts, cancellationToken);
            }

            using var check = DataFolderCheck.Open(
                settings.DataFolder,
                new CheckOptions
                {
                    Deep = settings.Deep,
                    BytesPerSecond = settings.BytesPerSecond,
                    Parts = parts,
                    OnDamage = report.AddDamage,
                    OnOrphan = report.AddOrphan,
                    ReadKeys = ReadKeys,
                },
                TimeProvider.System);
            _resumeFile?.Begin(from);
            PrintProgress(check.IsOnline
                ? "A server is using the folder. The check runs at the same time."
                : "No server is using the folder. None can start on it until the check has ended.");
            var isDone = await RunToEndAsync(check, from, cancellationToken);
            var tally = check.Position.Tally;
            return Finish(
                !isDone ? CheckOutcome.NotChecked : tally.Damaged > 0 ? CheckOutcome.Damaged : CheckOutcome.Sound,
                tally,
                isDone ? null
                : settings.ResumeFile is { } file ? $"Interrupted. Run the same command again to continue from {file}."
                : "Interrupted. Use --resume to be able to continue an interrupted check.");
        }
        catch (JournalDamagedException damaged)
        {
            report.AddDamage(new Damage(DamageKind.Journal, damaged.Message));
            return Finish(CheckOutcome.Damaged, null, "The check is incomplete because the journal cannot be read.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException
            or JournalUnavailableException or PartStoreUnavailableException or NotSupportedException)
        {
            return Finish(CheckOutcome.NotChecked, null, fault.Message);
        }

        CheckOutcome Finish(CheckOutcome outcome, CheckTally? tally, string? reason)
        {
            report.Finish(outcome, tally, reason);
            return outcome;
        }
    }

    /// <returns>Whether the check finished; false if it was interrupted.</returns>
    private async Task<bool> RunToEndAsync(DataFolderCheck check, CheckPosition from, CancellationToken cancellationToken)
    {
        using var ended = new CancellationTokenSource();
        var reporting = ReportProgressAsync(check, ended.Token);
        try
        {
            await check.RunAsync(from, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _resumeFile?.Write(check.Position);
            return false;
        }
        finally
        {
            await ended.CancelAsync();
            await reporting;
        }

        _resumeFile?.Delete();
        return true;
    }

    /// <summary>Reads the key pairs as a server does when it starts.</summary>
    private Damage? ReadKeys()
    {
        var keys = KeyFile.InFolder(settings.DataFolder);
        try
        {
            keys.Read();
            return null;
        }
        catch (InvalidDataException fault)
        {
            return new Damage(DamageKind.Keys, $"{fault.Message} Restore it from a backup.") { File = Path.GetFileName(keys.Path) };
        }
    }

    private async Task ReportProgressAsync(DataFolderCheck check, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(ProgressInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                var position = check.Position;
                Save(position);
                PrintProgress(position.Stage switch
                {
                    CheckStage.Journal =>
                        $"Checking the journal: {Quantity.Format(position.Tally.Histories, "history", "histories")} so far.",
                    CheckStage.Bytes => $"Checking bytes: {CheckReport.FormatCounts(position.Tally)} so far.",
                    _ => "Looking for bytes that nothing refers to.",
                });
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Saves the progress. The check goes on if that fails, for example on a full disk.</summary>
    private void Save(CheckPosition position)
    {
        try
        {
            _resumeFile?.Write(position);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            PrintProgress($"The progress cannot be saved: {fault.Message}");
        }
    }

    private void PrintProgress(string text)
    {
        if (!settings.Quiet)
        {
            Console.Error.WriteLine(text);
        }
    }
}
