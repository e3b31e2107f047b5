using OrleansUploads.Engine.Checking;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Gateway.Checking;

/// <summary>Runs a check on data that the caller has opened.</summary>
/// <param name="subject">What is checked. A check resumes only what it has begun on the same subject.</param>
/// <param name="cancellationToken">Interrupts the check.</param>
/// <param name="introduction">A sentence about the data.</param>
public delegate Task OpenedCheck(DataCheck check, string subject, string introduction, CancellationToken cancellationToken);

/// <summary>One run of a <c>check</c> command, from opening the data to the exit code.</summary>
public sealed class CheckRun(string program, CheckSettings settings, TimeProvider time)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private ResumeFile? _resumeFile;
    private DataCheck? _check;

    /// <summary>Checks the data, prints the findings, and saves the progress. Returns the exit code.</summary>
    /// <param name="open">Opens the data with options, checks it by calling the delegate, and closes it.</param>
    public async Task<int> RunAsync(
        Func<CheckOptions, OpenedCheck, CancellationToken, Task> open, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(open);
        try
        {
            using CheckReport report = settings.Json ? new CheckReport.Json() : new CheckReport.Text(program, settings);
            var (outcome, tally, reason) = await RunAsync(report, open, cancellationToken);
            report.Finish(outcome, tally, reason);
            return (int)outcome;
        }
        catch (IOException fault)
        {
            // Only the report is left to fail here.
            Console.Error.WriteLine($"{program}: The report is incomplete. {fault.Message}");
            return (int)CheckOutcome.NotChecked;
        }
    }

    /// <summary>Reads the key pairs as a server does when it starts. Null if the file is sound.</summary>
    public static Damage? FindDamage(KeyFile keys, string name)
    {
        ArgumentNullException.ThrowIfNull(keys);
        try
        {
            keys.Read();
            return null;
        }
        catch (InvalidDataException fault)
        {
            return new Damage(DamageKind.Keys, $"{fault.Message} Restore it from a backup.") { File = name };
        }
    }

    private async Task<(CheckOutcome Outcome, CheckTally? Tally, string? Reason)> RunAsync(
        CheckReport report, Func<CheckOptions, OpenedCheck, CancellationToken, Task> open, CancellationToken cancellationToken)
    {
        var options = new CheckOptions
        {
            Deep = settings.Deep,
            BytesPerSecond = settings.BytesPerSecond,
            OnDamage = report.AddDamage,
            OnOrphan = report.AddOrphan,
        };
        try
        {
            await open(options, CheckAsync, cancellationToken);
            var tally = _check!.Position.Tally;
            return (tally.Damaged > 0 ? CheckOutcome.Damaged : CheckOutcome.Sound, tally, null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (
                CheckOutcome.NotChecked,
                _check?.Position.Tally,
                settings.ResumeFile is { } file && _check is not null
                    ? $"Interrupted. Run the same command again to continue from {file}."
                    : "Interrupted. Use --resume to be able to continue an interrupted check.");
        }
        catch (JournalDamagedException damaged)
        {
            report.AddDamage(new Damage(DamageKind.Journal, damaged.Message));
            return (CheckOutcome.Damaged, null, "The check is incomplete because the journal cannot be read.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException
            or JournalUnavailableException or PartStoreUnavailableException or NotSupportedException)
        {
            return (CheckOutcome.NotChecked, null, fault.Message);
        }
    }

    private async Task CheckAsync(DataCheck check, string subject, string introduction, CancellationToken cancellationToken)
    {
        _resumeFile = settings.ResumeFile is { } path ? new ResumeFile(path, subject, settings.Deep) : null;
        var from = _resumeFile?.Read() ?? CheckPosition.Start;
        _resumeFile?.Begin(from);
        _check = check;
        PrintProgress(introduction);
        using var ended = new CancellationTokenSource();
        var reporting = ReportProgressAsync(check, ended.Token);
        try
        {
            await check.RunAsync(from, cancellationToken);
        }
        catch
        {
            // Nothing of what was checked needs to be checked again, whether the check was interrupted or the data became unreachable.
            Save(check.Position);
            throw;
        }
        finally
        {
            await ended.CancelAsync();
            await reporting;
        }

        _resumeFile?.Delete();
    }

    private async Task ReportProgressAsync(DataCheck check, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(ProgressInterval, time);
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
