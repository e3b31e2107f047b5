using System.CommandLine;
using System.CommandLine.Invocation;
using OrleansUploads.Cli.Archives;
using OrleansUploads.Cli.Checking;
using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Cli.Control;
using OrleansUploads.Cli.Demo;
using OrleansUploads.Cli.Jobs;
using OrleansUploads.Cli.Keys;
using OrleansUploads.Cli.Serving;
using OrleansUploads.Cli.Transfers;
using OrleansUploads.Cli.Vaults;

RedirectedOutput.Install();
var root = new RootCommand("A self-hosted service for large uploads, with Amazon Glacier's vault API and S3; and a client for vaults.")
{
    ServeCommand.Create(),
    DemoCommand.Create(),
    VaultCommand.Create(),
    UploadCommand.Create(),
    DownloadCommand.Create(),
    ArchiveCommand.Create(),
    UploadsCommand.Create(),
    JobCommand.Create(),
    TreeHashCommand.Create(),
    KeysCommand.Create(),
    CheckCommand.Create(),
    ClockCommand.Create(),
    BackupCommand.Create(),
    CompletionCommand.Create(),
};

// IDs may begin with a hyphen, so what looks like several short options is one argument.
var parsed = root.Parse(args, new ParserConfiguration { EnablePosixBundling = false });
if (parsed.Errors.Count > 0 && !CompletionCommand.IsQuery(args))
{
    return UsageError.Report(parsed);
}

// By default, the library ends the process two seconds after a signal to stop, in the middle of requests. It prints every exception with
// its stack. A failure of the help or the version is reported as one line instead.
return await CommandRunner.RunAsync(() => parsed.InvokeAsync(new InvocationConfiguration
{
    ProcessTerminationTimeout = Server.StopTime,
    EnableDefaultExceptionHandler = parsed.Action is not SynchronousCommandLineAction,
}));
