using OrleansUploads.Gateway.Http.Health;
using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Settings;

if (Usage.IsAskedFor(args))
{
    Usage.Write(Console.Out);
    return 0;
}

if (args is ["--version"])
{
    Console.WriteLine(ServerDescription.VersionOf(typeof(SiloProcess).Assembly));
    return 0;
}

try
{
    var chosen = OperatorCommand.Parse(args);
    SettingArguments.Require(chosen?.Settings ?? args);
    return chosen is var (command, settings)
        ? await OperatorCommand.RunAsync(command, settings)
        : await SiloProcess.RunAsync(args);
}
catch (SettingException fault)
{
    await Console.Error.WriteLineAsync($"orleans-uploads-silo: {fault.Message}");
    return 1;
}
