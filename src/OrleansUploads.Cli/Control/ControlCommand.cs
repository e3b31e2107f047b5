using System.Text.Json;
using OrleansUploads.Cli.Checking;
using OrleansUploads.Cli.Serving;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Serving;

namespace OrleansUploads.Cli.Control;

/// <summary><c>backup run</c>: make a whole backup. <c>backup begin|end|show</c>: copy the journal of a running server, and hold a lease under
/// which no bytes are deleted while they are copied.</summary>
internal static class BackupCommand
{
    private static readonly TimeSpan DefaultLease = TimeSpan.FromHours(6);

    public static Command Create() => new("backup", "Back up a running server.")
    {
        CreateRun(),
        CreateBegin(),
        ControlCommand.Create("backup", "end", OperatorText.EndBackup),
        ControlCommand.Create("backup", "show", OperatorText.ShowBackup),
    };

    private static Command CreateRun()
    {
        var data = CommonOptions.Data();
        var to = To("The folder of the backups. Each backup is a folder in it, with its time as the name.");
        var keep = new Option<int?>("--keep")
        {
            Description = "How many backups stay. Older ones are deleted when the new one is complete. [default: all]",
            HelpName = "count",
        }.Parse(
            static text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : (int?)null,
            static text => $"--keep is '{text}'. It must be a number from 1 on.");
        var check = new Option<bool>("--check")
        {
            Description = "Compare the bytes of the new backup with its journal, as 'check' does. Only if they are sound are older backups deleted.",
        };
        var parts = ServeOptions.OfParts();
        var json = new Option<bool>("--json") { Description = "Print JSON: one document, and with --check another one, as 'check' does." };
        var command = new Command(
            "run", "Make a whole backup: journal, keys and bytes. Files that the backup before has, too, take no space. Exit codes: 0 if it is "
                + "complete, 1 if it is not or a check found damage, 2 if the command line is wrong or the check was not completed.")
        {
            data, to, keep, check, json,
        };
        parts.AddTo(command);
        return command.Run(async (parsed, cancellationToken) =>
        {
            var folder = parsed.GetRequiredValue(data).FullName;
            var store = parts.Bind(parsed).PartsStore;
            var isInStore = FolderMark.Find(folder) is not null;
            if (parsed.GetValue(check) && store is null && isInStore)
            {
                throw new IOException($"The bytes of {folder} are in an object store. Name it with --parts, so that --check can read them.");
            }

            using var run = await BackupRun.OpenAsync(
                folder, parsed.GetRequiredValue(to).FullName, DefaultLease, TimeProvider.System, cancellationToken);
            var (backup, copied) = await run.RunAsync(cancellationToken);
            var isJson = parsed.GetValue(json);
            new Printer(isJson).Result(
                new { backup, copied.Files, copied.Bytes, copied.CopiedBytes },
                isInStore
                    ? $"Backed up the journal and the keys to {backup}. The bytes stay in the object store."
                    : $"Backed up {Quantity.Format(copied.Files, "file")}, {ByteCount.Format(copied.Bytes)}, to {backup}."
                + (copied.CopiedBytes < copied.Bytes ? $" {ByteCount.Format(copied.CopiedBytes)} were copied; the backup before has the rest." : ""));
            var code = parsed.GetValue(check) ? await CheckCommand.RunAsync(backup, store, isJson, cancellationToken) : ExitCode.Done;
            if (code == ExitCode.Done && parsed.GetValue(keep) is { } count)
            {
                run.Prune(backup, count);
            }

            return code;
        });
    }

    private static Option<DirectoryInfo> To(string description) => new Option<DirectoryInfo>("--to")
    {
        Description = description,
        HelpName = "folder",
        Required = true,
    }.Refuse(static path => File.Exists(path) ? $"{path} is a file. Name a folder with --to." : null);

    private static Command CreateBegin()
    {
        var data = CommonOptions.Data();

        // Its value is the text, so that the help shows the default as a user writes it.
        var lease = new Option<string>("--for")
        {
            Description = OperatorText.Lease,
            HelpName = "duration",
            DefaultValueFactory = static _ => Durations.Format(DefaultLease),
        }.Refuse(static text => OperatorText.ParseLease(text).Refusal);
        var to = To("The backup folder. This command copies the journal and the keys to it. You then copy parts/.");
        var json = CommonOptions.Json();
        var command = new Command(
            "begin", "Stop the deletion of bytes and copy the journal. Afterwards, copy parts/ and run 'backup end'.")
        {
            data, lease, to, json,
        };
        return command.Run(async (parsed, cancellationToken) =>
        {
            var folder = parsed.GetRequiredValue(data).FullName;
            var backup = parsed.GetRequiredValue(to).FullName;
            var (duration, _) = OperatorText.ParseLease(parsed.GetRequiredValue(lease));
            BackupFolder.RequirePlace(folder, backup);
            var isJson = parsed.GetValue(json);
            string? reply = null;
            try
            {
                reply = await ControlClient.SendAsync(
                    folder, $"backup begin {(long)duration.TotalSeconds}{ControlRequests.Form(isJson)}", cancellationToken);

                // The rest of an interrupted copy is replaced by the next one.
                await Task.Run(() => Copy(folder, backup), CancellationToken.None).WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException fault) when (cancellationToken.IsCancellationRequested)
            {
                throw new InterruptedException(
                    $"Interrupted. The lease {(reply is null ? "may be" : "is")} in force. {DescribeLease(folder)}", fault);
            }

            var parts = Path.Combine(folder, DataFolder.PartsFolder);
            if (isJson)
            {
                var times = JsonElement.Parse(reply);
                var (until, earlierUntil) = (times.GetProperty("until"), times.GetProperty("earlierUntil"));
                Console.WriteLine(JsonOutput.Format(new { backup, parts, until, earlierUntil }));
                return ExitCode.Done;
            }

            Console.WriteLine(reply);
            Console.WriteLine($"The journal is copied. Now copy {parts} to {backup},");
            Console.WriteLine($"then run: {ProgramName.Text} backup end --data {ProgramName.Quote(folder)}");
            return ExitCode.Done;
        });
    }

    /// <summary>What a lease that was not ended does.</summary>
    internal static string DescribeLease(string folder) =>
        $"Until you begin again or run '{ProgramName.Text} backup end --data {ProgramName.Quote(folder)}', the server deletes no bytes.";

    /// <summary>The lease stays in force after an <see cref="IOException"/>.</summary>
    private static void Copy(string folder, string backup)
    {
        try
        {
            FileFault.OpenFolder(backup, "--to", () => BackupFolder.Copy(folder, backup));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JournalUnavailableException)
        {
            throw new IOException($"{fault.Message} {DescribeLease(folder)}", fault);
        }
    }
}

/// <summary>Commands that send one request to a running server and print its answer.</summary>
internal static class ControlCommand
{
    /// <summary><c>clock show|accept</c>: show whether the server trusts its clock, and make it trust the clock again.</summary>
    public static Command CreateClock() => new("clock", OperatorText.Clock)
    {
        Create("clock", "show", OperatorText.ShowClock),
        Create("clock", "accept", OperatorText.AcceptClock),
    };

    /// <summary>Creates a command whose request is the group's name and its own.</summary>
    public static Command Create(string group, string name, string description)
    {
        var data = CommonOptions.Data();
        var json = CommonOptions.Json();
        var command = new Command(name, description) { data, json };
        return command.Run(async (parsed, cancellationToken) =>
        {
            var request = $"{group} {name}{ControlRequests.Form(parsed.GetValue(json))}";
            Console.WriteLine(await ControlClient.SendAsync(parsed.GetRequiredValue(data).FullName, request, cancellationToken));
            return ExitCode.Done;
        });
    }
}
