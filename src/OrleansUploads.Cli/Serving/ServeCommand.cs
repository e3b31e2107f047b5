using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansUploads.Gateway;

namespace OrleansUploads.Cli.Serving;

/// <summary>The <c>serve</c> command: runs the whole service in one process, with its data in one folder.</summary>
internal static class ServeCommand
{
    /// <summary>Creates the command.</summary>
    /// <param name="seams">Replacements for tests, or null for none.</param>
    /// <param name="configure">Changes the gateway's services after they were added, or null for no change.</param>
    public static Command Create(ServerSeams? seams = null, Action<IServiceCollection>? configure = null)
    {
        var data = CommonOptions.Data(
            "The data folder, which contains the journal, the archives and the keys. Created if it does not exist.");
        var listen = ServeOptions.Listen();
        var dashboardListen = ServeOptions.DashboardListen();
        var account = CommonOptions.Account();
        var certificate = new Option<FileInfo?>("--https-certificate")
        {
            Description = "Serve HTTPS with this certificate and its chain, in PEM. Renewed files take effect without a restart.",
            HelpName = "file",
        };
        var certificateKey = new Option<FileInfo?>("--https-key")
        {
            Description = "The private key of the certificate, in PEM.",
            HelpName = "file",
        };
        var anonymous = new Option<bool>("--anonymous")
        {
            Description = "Accept requests without signatures. Requires a loopback address.",
        };
        var service = ServeOptions.OfService();
        var floor = ServeOptions.MinFree();
        var noDashboard = new Option<bool>("--no-dashboard") { Description = "Do not serve the dashboard at /dashboard." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Log only warnings and errors, not every request." };
        var command = new Command(
            "serve", $"Serve the vault API and S3. Durations have the form {Durations.Examples}. Ctrl-C stops the server.")
        {
            data, listen, account, certificate, certificateKey, anonymous,
        };
        foreach (var option in service.Values)
        {
            command.Add(option);
        }

        command.Add(floor);
        command.Add(dashboardListen);
        command.Add(noDashboard);
        command.Add(quiet);
        command.Validators.Add(result =>
        {
            if (result.GetResult(certificate) is null != result.GetResult(certificateKey) is null)
            {
                result.AddError("--https-certificate and --https-key must be used together.");
            }

            var ownAddress = result.GetValueIfValid(dashboardListen);
            if (ownAddress is not null && result.GetValue(noDashboard))
            {
                result.AddError("--dashboard-listen and --no-dashboard exclude each other.");
            }

            foreach (var (option, endpoint) in new[] { (listen.Name, result.GetValueIfValid(listen)), (dashboardListen.Name, ownAddress) })
            {
                if (result.GetValue(anonymous) && endpoint is not null && !IPAddress.IsLoopback(endpoint.Address))
                {
                    result.AddError($"--anonymous requires a loopback address in {option}, because anyone who can connect has full access.");
                }
            }

            try
            {
                ServeOptions.Bind(service, result.GetValueIfValid);
            }
            catch (OptionsValidationException invalid)
            {
                foreach (var failure in invalid.Failures)
                {
                    result.AddError(failure);
                }
            }
        });
        command.SetAction((parsed, cancellationToken) => CommandRunner.RunAsync(() => new Server(new ServerOptions
        {
            DataFolder = parsed.GetRequiredValue(data).FullName,
            Listen = parsed.GetRequiredValue(listen)!,
            DashboardListen = parsed.GetValue(dashboardListen),
            Account = parsed.GetRequiredValue(account),
            CertificatePath = parsed.GetValue(certificate)?.FullName,
            CertificateKeyPath = parsed.GetValue(certificateKey)?.FullName,
            Anonymous = parsed.GetValue(anonymous),
            HasDashboard = !parsed.GetValue(noDashboard),
            Quiet = parsed.GetValue(quiet),
            FloorBytes = parsed.GetValue(floor),
            Service = ServeOptions.Bind(service, parsed.GetValue),
            Seams = seams ?? new ServerSeams(),
            Configure = configure,
        }).RunAsync(cancellationToken), cancellationToken));
        return command;
    }
}
