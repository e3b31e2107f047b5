using OrleansUploads.Engine.Checking;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Cli.Checking;

/// <summary>One run of the <c>check</c> command, from opening the folder to the exit code.</summary>
internal sealed class CheckRun(CheckSettings settings)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    /// <summary>Checks the folder, prints the findings, and saves the progress.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (!settings.Json)
        {
            return await CheckFolderAsync(new CheckReport.Text(settings), cancellationToken);
        }

        using var json = new CheckReport.Json(Console.OpenStandardOutput());
        return await CheckFolderAsync(json, cancellationToken);
    }

    private async Task<int> CheckFolderAsync(CheckReport report, CancellationToken cancellationToken)
    {
        try
        {
            FolderAccess.Require(settings.DataFolder);
            var resumeFile = settings.ResumeFile is { } file ? new ResumeFile(file, settings) : null;
            var from = resumeFile?.Read() ?? CheckPosition.Start;
            using var check = DataFolderCheck.Open(
                settings.DataFolder,
                new CheckOptions { Deep = settings.Deep, BytesPerSecond = settings.BytesPerSecond },
                TimeProvider.System,
                report.AddDamage,
                report.AddOrphan,
                ReadKeys);
            resumeFile?.Begin(from);
            PrintProgress(check.IsOnline
                ? "A server is using the folder. The check runs at the same time."
                : "No server is using the folder. None can start on it until the check has ended.");
            var isDone = await RunToEndAsync(check, from, resumeFile, cancellationToken);
            return Finish(report, check.Position.Tally, isDone);
        }
        catch (JournalDamagedException damaged)
        {
            report.AddDamage(new Damage(DamageKind.Journal, damaged.Message));
            report.Finish(CheckOutcome.Damaged, null, "The check is incomplete because the journal cannot be read.");
            return CheckExitCode.Damaged;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException
            or JournalUnavailableException or PartStoreUnavailableException or NotSupportedException)
        {
            report.Finish(CheckOutcome.NotChecked, null, fault.Message);
            return CheckExitCode.NotChecked;
        }
    }

    /// <returns>Whether the check finished; false if it was interrupted.</returns>
    private async Task<bool> RunToEndAsync(
        DataFolderCheck check, CheckPosition from, ResumeFile? resumeFile, CancellationToken cancellationToken)
    {
        using var ended = new CancellationTokenSource();
        var reporting = ReportProgressAsync(check, resumeFile, ended.Token);
        var isDone = false;
        try
        {
            await check.RunAsync(from, cancellationToken);
            isDone = true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            await ended.CancelAsync();
            await reporting;
        }

        if (isDone)
        {
            resumeFile?.Delete();
        }
        else
        {
            resumeFile?.Write(check.Position);
        }

        return isDone;
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

    private int Finish(CheckReport report, CheckTally tally, bool isDone)
    {
        var (outcome, exitCode) = isDone
            ? tally.Damaged > 0 ? (CheckOutcome.Damaged, CheckExitCode.Damaged) : (CheckOutcome.Sound, CheckExitCode.Sound)
            : (CheckOutcome.NotChecked, CheckExitCode.NotChecked);
        var reason = isDone ? null
            : settings.ResumeFile is { } file ? $"Interrupted. Run the same command again to continue from {file}."
            : "Interrupted. Use --resume to be able to continue an interrupted check.";
        report.Finish(outcome, tally, reason);
        return exitCode;
    }

    private async Task ReportProgressAsync(DataFolderCheck check, ResumeFile? resumeFile, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(ProgressInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(ended))
            {
                var position = check.Position;
                Save(position, resumeFile);
                PrintProgress(CheckText.FormatProgress(position));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Saves the progress. The check goes on if that fails, for example on a full disk.</summary>
    private void Save(CheckPosition position, ResumeFile? resumeFile)
    {
        try
        {
            resumeFile?.Write(position);
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
