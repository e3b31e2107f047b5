using System.Globalization;
using Orleans.Providers;

namespace OrleansUploads.Cluster.Hosting;

/// <summary>Tells other processes of the cluster what a silo receives and sends. They ask all silos at once.</summary>
/// <param name="meter">Measures its traffic, or null if it serves no clients.</param>
internal sealed class SiloTraffic(ILocalSiloDetails silo, ITrafficMeter? meter = null) : IControllable
{
    /// <summary>The name under which silos are asked.</summary>
    public const string Name = "orleans-uploads-traffic";

    /// <summary>The command that asks a silo for its rate.</summary>
    public const int RateCommand = 1;

    public Task<object?> ExecuteCommand(int command, object? arg) => Task.FromResult<object?>(
        command == RateCommand && meter?.Rate is { } rate
            ? string.Create(CultureInfo.InvariantCulture, $"{silo.SiloAddress.ToParsableString()} {rate.Received} {rate.Sent}")
            : "");

    /// <summary>Reads the answers of silos. Those that say nothing are left out.</summary>
    /// <returns>The rates, by the addresses of the silos.</returns>
    public static IReadOnlyDictionary<string, TrafficRate> Read(IEnumerable<object?> answers)
    {
        var rates = new Dictionary<string, TrafficRate>(StringComparer.Ordinal);
        foreach (var answer in answers.OfType<string>())
        {
            if (answer.Split(' ') is [var address, var received, var sent]
                && long.TryParse(received, NumberStyles.None, CultureInfo.InvariantCulture, out var receivedBytes)
                && long.TryParse(sent, NumberStyles.None, CultureInfo.InvariantCulture, out var sentBytes))
            {
                rates[address] = new TrafficRate(receivedBytes, sentBytes);
            }
        }

        return rates;
    }
}
