namespace OrleansUploads.Gateway.Glacier;

/// <summary>The parameters of a query. A plus sign is a plus sign, as in the signature's rules.</summary>
internal sealed class QueryText
{
    private static readonly QueryText Empty = new([]);

    private readonly List<(string Name, string Value)> _parameters;

    private QueryText(List<(string Name, string Value)> parameters) => _parameters = parameters;

    /// <summary>Reads what follows the question mark.</summary>
    public static QueryText Parse(string query)
    {
        if (query.Length == 0)
        {
            return Empty;
        }

        var parameters = new List<(string, string)>();
        foreach (var parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = parameter.IndexOf('=', StringComparison.Ordinal);
            parameters.Add(equals < 0
                ? (Uri.UnescapeDataString(parameter), "")
                : (Uri.UnescapeDataString(parameter[..equals]), Uri.UnescapeDataString(parameter[(equals + 1)..])));
        }

        return new QueryText(parameters);
    }

    /// <summary>The first value of a parameter; null where it is not there, empty where it has none.</summary>
    public string? Find(string name)
    {
        foreach (var parameter in _parameters)
        {
            if (parameter.Name == name)
            {
                return parameter.Value;
            }
        }

        return null;
    }
}
