using OrleansUploads.Gateway.Http.Health;
using OrleansUploads.Silo.Hosting;

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
    var command = SiloCommand.Parse(args);
    SettingsReader.RequireSettings(command?.Settings ?? args);
    return command is null ? await SiloProcess.RunAsync(args) : await command.RunAsync();
}
catch (SettingException fault)
{
    await Console.Error.WriteLineAsync($"orleans-uploads-silo: {fault.Message}");
    return SiloCommand.FailureCodeOf(args);
}
