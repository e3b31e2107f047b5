using System.CommandLine;
using OrleansUploads.Cli.Checking;
using OrleansUploads.Cli.Control;
using OrleansUploads.Cli.Demo;
using OrleansUploads.Cli.Keys;
using OrleansUploads.Cli.Serving;

var root = new RootCommand("A self-hosted service that implements Amazon Glacier's vault API.")
{
    ServeCommand.Create(),
    CheckCommand.Create(),
    KeysCommand.Create(),
    ClockCommand.Create(),
    BackupCommand.Create(),
    DemoCommand.Create(),
};

var parsed = root.Parse(args);

// By default, the library ends the process two seconds after a signal to stop, in the middle of requests.
var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = Server.StopTime });

// Invalid options of `check` get another exit code than a damaged folder, so that scripts can distinguish them.
return parsed.Errors.Count > 0 && parsed.CommandResult.Command.Name == ExitCodes.CommandName ? ExitCodes.NotChecked : exitCode;
