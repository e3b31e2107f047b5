using System.Globalization;
using System.Text;

namespace OrleansUploads.Simulation.Hostile;

/// <summary>The measurements, and the promises that they violate.</summary>
internal sealed class HostileReport
{
    private readonly StringBuilder _figures = new();

    /// <summary>Broken promises; none where all were kept.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Notes a figure.</summary>
    public void Add(FormattableString figure) => _figures.AppendLine(figure.ToString(CultureInfo.InvariantCulture));

    /// <summary>Notes a promise that was broken, unless it was kept.</summary>
    public void Require(bool isKept, FormattableString violation)
    {
        if (!isKept)
        {
            Violations.Add(violation.ToString(CultureInfo.InvariantCulture));
        }
    }

    public override string ToString() => $"{_figures}{string.Concat(Violations.Select(violation => $"VIOLATION: {violation}\n"))}";
}
