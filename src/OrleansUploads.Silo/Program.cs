using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Settings;

if (Usage.IsAskedFor(args))
{
    Usage.Write(Console.Out);
    return 0;
}

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
