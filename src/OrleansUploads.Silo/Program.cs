using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Settings;

try
{
    return OperatorCommand.Parse(args) is var (command, settings)
        ? await OperatorCommand.RunAsync(command, settings)
        : await SiloProcess.RunAsync(args);
}
catch (SettingException fault)
{
    await Console.Error.WriteLineAsync($"orleans-uploads-silo: {fault.Message}");
    return 1;
}
