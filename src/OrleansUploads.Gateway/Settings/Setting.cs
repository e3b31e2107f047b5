using System.Reflection;

namespace OrleansUploads.Gateway.Settings;

/// <summary>A property with a <see cref="SettingAttribute"/>.</summary>
internal sealed class Setting
{
    private readonly PropertyInfo _property;
    private readonly Type _type;

    private Setting(PropertyInfo property, SettingAttribute declaration, object defaults)
    {
        (_property, Declaration) = (property, declaration);
        _type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        Default = Show(defaults);
        Meaning = declaration.Meaning
            .Replace("{min}", SettingForms.FormatLimit(_type, declaration.Min), StringComparison.Ordinal)
            .Replace("{max}", SettingForms.FormatLimit(_type, declaration.Max), StringComparison.Ordinal);
    }

    /// <summary>The name, such as <c>StaleAfter</c>.</summary>
    public string Name => _property.Name;

    /// <summary>What the setting does, with its limits.</summary>
    public string Meaning { get; }

    /// <summary>What it does, for the operator of a cluster.</summary>
    public string MeaningInCluster =>
        Declaration.IsSameOnAllSilos ? $"{Meaning.TrimEnd('.')}; the same on all silos." : Meaning;

    /// <summary>The default as text, or null for none.</summary>
    public string? Default { get; }

    public SettingAttribute Declaration { get; }

    /// <summary>All settings of a class, and then of its base class, each in the order of their declaration.</summary>
    public static IReadOnlyList<Setting> Of<T>()
        where T : new()
    {
        var defaults = new T();
        return
        [
            .. from property in typeof(T).GetProperties()
               let declaration = property.GetCustomAttribute<SettingAttribute>()
               where declaration is not null
               select new Setting(property, declaration, defaults),
        ];
    }

    /// <returns>Null if the setting has no value.</returns>
    public string? Show(object settings) => SettingForms.Format(_property.GetValue(settings));

    /// <summary>Returns what is wrong with the text, as a sentence, or null if it is valid.</summary>
    public string? Read(object settings, string text)
    {
        var (value, wrong) = SettingForms.Parse(_type, text, Declaration);
        if (wrong is null)
        {
            _property.SetValue(settings, value);
        }

        return wrong;
    }
}
