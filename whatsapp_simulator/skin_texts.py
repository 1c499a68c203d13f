"""The words of the page by language, and by era where they changed (`en@E1` goes before `en`).

`guess(...)` marks a wording that is in no source we have.
"""

from .foreign_texts import LANGUAGES, foreign


class Guess(str):
    """A text without a source; `guesses()` lists them, so that anyone who sees the page can correct them."""


def guess(text: str) -> Guess:
    return Guess(text)


def _same(text: str) -> dict[str, str]:
    """Hard-coded English in every locale."""
    return {"en": text, "pt": text, "es": text}


TEXTS: dict[str, dict[str, str]] = {
    # §1.2 loading
    "encrypted": {
        "en": "End-to-end encrypted",
        "pt": guess("Protegido com a criptografia de ponta a ponta"),
        "es": guess("Cifrado de extremo a extremo"),
    },
    "connecting": {"en": "Connecting…", "pt": "Conectando", "es": guess("Conectando…")},
    "loading_chats": {
        "en": "Loading your chats",
        "pt": "Carregando suas conversas",
        "es": "Cargando tus chats",
    },
    "downloading": {
        "en": "Downloading messages: {percent}%",
        "pt": "Baixando mensagens: {percent}%",
        "es": guess("Descargando mensajes: {percent} %"),
    },
    "organizing": {
        "en": "Organizing messages",
        "pt": "Organizando suas mensagens",
        "es": guess("Organizando mensajes"),
    },
    "do_not_close": {
        "en": "Don't close this window. Your messages are downloading.",
        "pt": guess("Não feche esta janela. Suas mensagens estão sendo baixadas."),
        "es": guess("No cierres esta ventana. Se están descargando tus mensajes."),
    },
    "log_out": {"en": "Log out", "pt": guess("Desconectar"), "es": guess("Cerrar sesión")},
    "connecting_to": {
        "en": "Connecting to WhatsApp",
        "pt": guess("Conectando ao WhatsApp"),
        "es": guess("Conectando con WhatsApp"),
    },
    "make_sure_online": {
        "en@E3": "Make sure your computer has an active internet connection.",
        "en": "Make sure your computer has an active Internet connection.",
        "pt": guess("Verifique se seu computador tem uma conexão ativa com a internet."),
        "es": guess("Asegúrate de que tu computadora tenga una conexión a internet activa."),
    },
    # §1.3 landing
    "landing_title": {
        "en@E1": "To use WhatsApp on your computer:",
        "en@E2": "Use WhatsApp on your computer",
        "en": "Scan to log in",
        "pt@E1": guess("Para usar o WhatsApp no seu computador:"),
        "pt@E2": guess("Use o WhatsApp no seu computador"),
        "pt": "Escaneie para entrar",
        "es@E1": guess("Para usar WhatsApp en tu computadora:"),
        "es@E2": guess("Usa WhatsApp en tu computadora"),
        "es": guess("Escanea para iniciar sesión"),
    },
    "step_1": {
        "en": guess("Open WhatsApp on your phone"),
        "pt": guess("Abra o WhatsApp no seu celular"),
        "es": guess("Abre WhatsApp en tu teléfono"),
    },
    "step_2": {
        "en": guess("Tap Menu or Settings and select Linked devices"),
        "pt": guess("Toque em Mais opções ou Configurações e selecione Dispositivos conectados"),
        "es": guess("Toca Menú o Configuración y selecciona Dispositivos vinculados"),
    },
    "step_3": {
        "en": guess("Tap Link a device and point your phone at this screen"),
        "pt": guess("Toque em Conectar dispositivo e aponte seu celular para esta tela"),
        "es": guess("Toca Vincular un dispositivo y apunta tu teléfono hacia esta pantalla"),
    },
    "stay_logged_in": {
        "en": "Stay logged in on this browser",
        "pt": guess("Continuar conectado neste navegador"),
        "es": guess("Mantener la sesión iniciada en este navegador"),
    },
    "scan_me": {
        **_same("Scan this QR code to link a device!"),
        "en@E1": "Scan me!",
        "pt@E1": "Scan me!",
        "es@E1": "Scan me!",
    },
    "qr_reload": {
        "en": "Click to reload QR code",
        "pt": guess("Clique para recarregar o código QR"),
        "es": guess("Haz clic para volver a cargar el código QR"),
    },
    "no_internet": {
        "en": "No internet connection",
        "en@E1": "No Internet connection",
        "en@E2": "No Internet connection",
        "pt": guess("Sem conexão com a internet"),
        "es": guess("Sin conexión a internet"),
    },
    "logged_out": {
        "en": "You have been logged out. To log back in, you will need to verify your phone number.",
        "pt": guess(
            "Você foi desconectado. Para entrar novamente, será preciso confirmar seu número de telefone."
        ),
        "es": guess(
            "Se cerró tu sesión. Para volver a iniciarla, tendrás que verificar tu número de teléfono."
        ),
    },
    "logging_out": {"en": "Logging Out", "pt": guess("Desconectando"), "es": guess("Cerrando sesión")},
    "do_not_close_logout": {
        "en": "Do not close this window",
        "pt": guess("Não feche esta janela"),
        "es": guess("No cierres esta ventana"),
    },
    "sync_issue": {
        "en": guess("Your device could not link due to a sync issue. Please relink your device."),
        "pt": guess("Não foi possível conectar seu dispositivo devido a um problema de sincronização."),
        "es": guess("No se pudo vincular tu dispositivo debido a un problema de sincronización."),
    },
    "database_error": {
        "en": "A database error occurred on your browser. Please relink your device.",
        "pt": guess("Ocorreu um erro no banco de dados do seu navegador. Conecte seu dispositivo novamente."),
        "es": guess(
            "Se produjo un error en la base de datos de tu navegador. Vuelve a vincular tu dispositivo."
        ),
    },
    # §1.3 pairing code
    "pairing_hint": {
        "en": "Log in with phone number",
        "en@E1": "Link with phone number",
        "en@E2": "Link with phone number",
        "pt": guess("Entrar com número de telefone"),
        "es": guess("Iniciar sesión con número de teléfono"),
    },
    "pairing_title": {
        "en": "Enter phone number",
        "pt": guess("Insira o número de telefone"),
        "es": guess("Ingresa el número de teléfono"),
    },
    "pairing_text": {
        "en": "Select a country and enter your WhatsApp phone number.",
        "pt": guess("Selecione um país e insira seu número do WhatsApp."),
        "es": guess("Selecciona un país e ingresa tu número de WhatsApp."),
    },
    "pairing_type_number": {
        "en@E1": "Type your phone number.",
        "en@E2": "Type your phone number.",
        "en": "Type your phone number to log in to WhatsApp",
        "pt": guess("Digite seu número de telefone para entrar no WhatsApp"),
        "es": guess("Escribe tu número de teléfono para iniciar sesión en WhatsApp"),
    },
    "pairing_next": {"en": "Next", "pt": guess("Avançar"), "es": guess("Siguiente")},
    "pairing_invalid": {
        "en": "Valid phone number is required.",
        "pt": guess("É necessário um número de telefone válido."),
        "es": guess("Se requiere un número de teléfono válido."),
    },
    "pairing_back": {
        "en": "Link with QR code",
        "pt": guess("Conectar com código QR"),
        "es": guess("Vincular con código QR"),
    },
    "pairing_code_title": {
        "en": "Enter code on phone",
        "pt": guess("Insira o código no celular"),
        "es": guess("Ingresa el código en el teléfono"),
    },
    "pairing_expired_title": {
        "en": "Code expired",
        "pt": guess("Código expirado"),
        "es": guess("Código vencido"),
    },
    "pairing_expired": {
        "en": "The code has expired, please generate a new one and enter it on your phone.",
        "pt": guess("O código expirou. Gere um novo e insira-o no seu celular."),
        "es": guess("El código venció. Genera uno nuevo e ingrésalo en tu teléfono."),
    },
    "pairing_new_code": {
        "en": "Generate new code",
        "pt": guess("Gerar novo código"),
        "es": guess("Generar nuevo código"),
    },
    "passkey_title": {
        "en": guess("Use your passkey"),
        "pt": guess("Use sua chave de acesso"),
        "es": guess("Usa tu clave de acceso"),
    },
    "passkey_continue": {"en": guess("Continue"), "pt": guess("Continuar"), "es": guess("Continuar")},
    "passkey_error": {
        "en": guess("That did not work. Try again."),
        "pt": guess("Não funcionou. Tente novamente."),
        "es": guess("No funcionó. Inténtalo de nuevo."),
    },
    "passkey_waiting": {
        "en": guess("Continue on your phone"),
        "pt": guess("Continue no seu celular"),
        "es": guess("Continúa en tu teléfono"),
    },
    "passkey_confirm": {
        "en": guess("The codes match"),
        "pt": guess("Os códigos são iguais"),
        "es": guess("Los códigos coinciden"),
    },
    "passkey_cancel": {"en": guess("Cancel"), "pt": guess("Cancelar"), "es": guess("Cancelar")},
    "too_many_attempts_title": {
        "en": "Too many attempts",
        "pt": guess("Muitas tentativas"),
        "es": guess("Demasiados intentos"),
    },
    "too_many_attempts": {
        "en": "There were too many attempts to link a device. Please try again later.",
        "pt": guess("Houve muitas tentativas de conectar um dispositivo. Tente novamente mais tarde."),
        "es": guess("Hubo demasiados intentos de vincular un dispositivo. Inténtalo más tarde."),
    },
    "limited_availability_title": {
        "en": "Limited availability",
        "pt": guess("Disponibilidade limitada"),
        "es": guess("Disponibilidad limitada"),
    },
    "limited_availability": {
        "en": guess("Linking with a phone number is not available right now. Try the QR code."),
        "pt": guess("A conexão com número de telefone não está disponível agora."),
        "es": guess("La vinculación con número de teléfono no está disponible en este momento."),
    },
    "something_wrong_title": {
        "en": "Something went wrong",
        "pt": guess("Algo deu errado"),
        "es": guess("Algo salió mal"),
    },
    "something_wrong": {
        "en": guess("Please try again."),
        "pt": guess("Tente novamente."),
        "es": guess("Inténtalo de nuevo."),
    },
    # §1.4 main
    "chats": {"en": "Chats", "pt": "Conversas", "es": "Chats"},
    "chat_list": {"en": "Chat list", "pt": "Lista de conversas", "es": "Lista de chats"},
    "new_chat": {"en": "New chat", "pt": guess("Nova conversa"), "es": guess("Nuevo chat")},
    "back": {"en": "Back", "pt": guess("Voltar"), "es": guess("Atrás")},
    "search_title": {
        "en": "Search input textbox",
        "pt": guess("Caixa de texto de pesquisa"),
        "es": guess("Cuadro de texto para ingresar la búsqueda"),
    },
    "search_placeholder": {
        "en": "Search or start a new chat",
        "en@E1": "Search or start new chat",
        "en@E2": "Search or start new chat",
        "pt": guess("Pesquisar ou começar uma nova conversa"),
        "es": guess("Buscar un chat o iniciar uno nuevo"),
    },
    "all": {"en": guess("All"), "pt": guess("Tudo"), "es": guess("Todos")},
    "unread": {"en": guess("Unread"), "pt": guess("Não lidas"), "es": guess("No leídos")},
    "nothing_found": {
        "en": "No chats, contacts or messages found",
        "pt": guess("Nenhuma conversa, contato ou mensagem encontrada"),
        "es": guess("No se encontró ningún chat, contacto ni mensaje"),
    },
    "looking_outside": {
        "en": "Looking outside your contacts...",
        "pt": guess("Procurando fora dos seus contatos..."),
        "es": guess("Buscando fuera de tus contactos..."),
    },
    "not_in_contacts": {
        "en": "Not in your contacts",
        "pt": guess("Não está nos seus contatos"),
        "es": guess("No está en tus contactos"),
    },
    "no_results": {
        "en": guess("No results found for \u201c{words}\u201d"),
        "pt": guess("Nenhum resultado encontrado para \u201c{words}\u201d"),
        "es": guess("No se encontraron resultados para \u201c{words}\u201d"),
    },
    "section_chats": {"en": guess("Chats"), "pt": guess("Conversas"), "es": guess("Chats")},
    "unread_one": {"en": "1 unread message", "pt": "1 mensagem não lida", "es": guess("1 mensaje no leído")},
    "unread_many": {
        "en": "{count} unread messages",
        "pt": "{count} mensagens não lidas",
        "es": guess("{count} mensajes no leídos"),
    },
    "intro_title": {
        "en": guess("WhatsApp Web"),
        "pt": guess("WhatsApp Web"),
        "es": guess("WhatsApp Web"),
    },
    "intro_text": {
        "en": guess("Send and receive messages without keeping your phone online."),
        "pt": guess("Envie e receba mensagens sem precisar manter seu celular conectado à internet."),
        "es": guess("Envía y recibe mensajes sin necesidad de tener tu teléfono conectado."),
    },
    # §1.5
    "use_here_tab": {
        "en@E1": 'WhatsApp is open in another window. Click "Use Here" to use WhatsApp in this window.',
        "en@E2": 'WhatsApp is open in another window. Click "Use Here" to use WhatsApp in this window.',
        "en": 'WhatsApp is open in another window. Click "Use here" to use WhatsApp in this window.',
        "pt": guess(
            'O WhatsApp está aberto em outra janela. Clique em "Usar nesta janela" para usar o WhatsApp.'
        ),
        "es": guess(
            'WhatsApp está abierto en otra ventana. Haz clic en "Usar aquí" para usar WhatsApp en esta.'
        ),
    },
    "use_here_browser": {
        "en@E3": 'WhatsApp is open on another computer or browser. Click "Use here" to use WhatsApp '
        "in this window.",
        "en": 'WhatsApp is open on another computer or browser. Click "Use Here" to use WhatsApp in '
        "this window.",
        "pt": guess(
            'O WhatsApp está aberto em outro computador ou navegador. Clique em "Usar nesta janela".'
        ),
        "es": guess('WhatsApp está abierto en otra computadora o navegador. Haz clic en "Usar aquí".'),
    },
    "use_here": {
        "en@E1": "Use Here",
        "en@E2": "Use Here",
        "en": "Use here",
        "pt": "Usar nesta janela",
        "pt@E1": "Usar aqui",
        "es": "Usar aquí",
    },
    "close": {"en": "Close", "pt": guess("Fechar"), "es": guess("Cerrar")},
    "takeover": {
        "en": guess(
            "There is already another active WhatsApp Web tab in this browser. Refresh to use it here."
        ),
        "pt": guess("Já existe outra aba ativa do WhatsApp Web neste navegador."),
        "es": guess("Ya hay otra pestaña activa de WhatsApp Web en este navegador."),
    },
    "refresh": {"en": "Refresh", "pt": guess("Atualizar"), "es": guess("Actualizar")},
    "offline_title": {
        "en": "Computer not connected",
        "pt": "Computador desconectado",
        "es": guess("Computadora sin conexión"),
    },
    "reconnect": {"en": "Reconnect", "pt": guess("Reconectar"), "es": guess("Reconectar")},
    "loading_messages": {
        "en": "Loading messages ({percent}%)",
        "pt": guess("Carregando mensagens ({percent}%)"),
        "es": guess("Cargando mensajes ({percent} %)"),
    },
    "phone_title": {
        "en": "Phone not connected",
        "pt": guess("Celular desconectado"),
        "es": guess("Teléfono sin conexión"),
    },
    "phone_text": {
        "en@E3": "Make sure your phone has an active internet connection.",
        "en": "Make sure your phone has an active Internet connection.",
        "pt": guess("Verifique se seu celular tem uma conexão ativa com a internet."),
        "es": guess("Asegúrate de que tu teléfono tenga una conexión a internet activa."),
    },
    "update_title": {
        "en@E3": "Refresh to update",
        "en": "Update available",
        "pt": guess("Atualização disponível"),
        "es": guess("Actualización disponible"),
    },
    "update_text": {
        "en@E3": "A new version of WhatsApp is available.",
        "en": "Click to update WhatsApp",
        "pt": guess("Clique para atualizar o WhatsApp"),
        "es": guess("Haz clic para actualizar WhatsApp"),
    },
    "notifications_title": {
        "en@E3": "Get message notifications",
        "en": "Turn on notifications",
        "pt": guess("As notificações de mensagens estão desativadas"),
        "es": guess("Las notificaciones de mensajes están desactivadas"),
    },
    "notifications_text": {
        "en@E3": "Make sure you know when you have new messages.",
        "en": "Get notified of new messages",
        "pt": guess("Receba notificações de novas mensagens"),
        "es": guess("Recibe notificaciones de mensajes nuevos"),
    },
    "service_title": {
        "en": "Service unavailable",
        "pt": guess("Serviço indisponível"),
        "es": guess("Servicio no disponible"),
    },
    "service_text": {
        "en": "We're having trouble connecting to WhatsApp. Please try again in a few minutes.",
        "pt": guess("Estamos com problemas para conectar ao WhatsApp. Tente novamente em alguns minutos."),
        "es": guess("Tenemos problemas para conectar con WhatsApp. Vuelve a intentarlo en unos minutos."),
    },
    "expired_title": {"en": "Updating", "pt": guess("Atualizando"), "es": guess("Actualizando")},
    "expired_text": {
        "en": "WhatsApp is out of date. Updating now…",
        "pt": guess("O WhatsApp está desatualizado. Atualizando agora…"),
        "es": guess("WhatsApp está desactualizado. Actualizando ahora…"),
    },
    "proxy_title": {
        "en": "Can't Load WhatsApp",
        "pt": guess("Não foi possível carregar o WhatsApp"),
        "es": guess("No se puede cargar WhatsApp"),
    },
    "proxy_text": {
        "en": "Your computer is connected to a network that prevents WhatsApp from working correctly",
        "pt": guess(
            "Seu computador está conectado a uma rede que impede o WhatsApp de funcionar corretamente"
        ),
        "es": guess("Tu computadora está conectada a una red que impide que WhatsApp funcione correctamente"),
    },
    # §11.4
    "terms_title": {
        "en": guess("Updated terms"),
        "pt": guess("Termos atualizados"),
        "es": guess("Condiciones actualizadas"),
    },
    "terms_text": {
        "en": guess("Accept the updated terms on your phone to keep using WhatsApp."),
        "pt": guess("Aceite os novos termos no seu celular para continuar usando o WhatsApp."),
        "es": guess("Acepta las nuevas condiciones en tu teléfono para seguir usando WhatsApp."),
    },
    "call_takeover": {
        "en": guess(
            'You are currently in a call in another window or tab. Click "Notify Other Tab" to return to it.'
        ),
        "pt": guess("Você está em uma ligação em outra janela ou aba."),
        "es": guess("Estás en una llamada en otra ventana o pestaña."),
    },
    "notify_tab": {
        "en": "Notify other tab",
        "pt": guess("Notificar outra aba"),
        "es": guess("Notificar a la otra pestaña"),
    },
    "lock_title": {
        "en": "App lock is on. Enter your password to use WhatsApp.",
        "pt": guess("O bloqueio do app está ativado. Insira sua senha."),
        "es": guess("El bloqueo de la app está activado. Ingresa tu contraseña."),
    },
    "lock_enter": {
        "en": "Enter password",
        "pt": guess("Insira a senha"),
        "es": guess("Ingresa la contraseña"),
    },
    "lock_unlock": {"en": "Unlock", "pt": guess("Desbloquear"), "es": guess("Desbloquear")},
    "lock_forgot": {
        "en": "Forgot password?",
        "pt": guess("Esqueceu a senha?"),
        "es": guess("¿Olvidaste tu contraseña?"),
    },
    "lock_wrong": {
        "en": guess("Wrong password"),
        "pt": guess("Senha incorreta"),
        "es": guess("Contraseña incorrecta"),
    },
    "crash_title": {
        "en": guess("Something needs your attention"),
        "pt": guess("Algo precisa da sua atenção"),
        "es": guess("Algo requiere tu atención"),
    },
    "crash_text": {
        "en": guess("Choose how you want to go on."),
        "pt": guess("Escolha como deseja continuar."),
        "es": guess("Elige cómo quieres continuar."),
    },
    "hard_update_title": {
        "en": "WhatsApp will refresh in 1 min",
        "pt": guess("O WhatsApp será atualizado em 1 min"),
        "es": guess("WhatsApp se actualizará en 1 min"),
    },
    "hard_update_text": {
        "en": "WhatsApp will automatically refresh to update to a new version.",
        "pt": guess("O WhatsApp será atualizado automaticamente para uma nova versão."),
        "es": guess("WhatsApp se actualizará automáticamente a una nueva versión."),
    },
    "refresh_now": {"en": "Refresh now", "pt": guess("Atualizar agora"), "es": guess("Actualizar ahora")},
    "disk_text": {
        "en": guess("Your computer does not have enough space for WhatsApp to run. Free up some space."),
        "pt": guess("Seu computador não tem espaço suficiente para executar o WhatsApp."),
        "es": guess("Tu computadora no tiene suficiente espacio para ejecutar WhatsApp."),
    },
    "whats_new": {
        "en": "What's new on WhatsApp Web",
        "pt": guess("Novidades do WhatsApp Web"),
        "es": guess("Novedades de WhatsApp Web"),
    },
    "whats_new_text": {
        "en": guess("A fresh look, and faster than before."),
        "pt": guess("Um novo visual, mais rápido do que antes."),
        "es": guess("Un nuevo aspecto, más rápido que antes."),
    },
    "continue": {"en": "Continue", "pt": guess("Continuar"), "es": guess("Continuar")},
    # §2, §2.1
    "starting_chat": {
        "en": "Starting chat",
        "pt": guess("Iniciando conversa"),
        "es": guess("Iniciando chat"),
    },
    "cancel": {"en": "Cancel", "pt": guess("Cancelar"), "es": guess("Cancelar")},
    "ok": _same("OK"),
    "invalid_url": {
        "en": "Phone number shared via url is invalid.",
        "pt": "O número de telefone compartilhado por url é inválido.",
        "es": "El número de teléfono compartido a través de la dirección URL no es válido.",
        "es@E1": guess("El número de teléfono compartido a través de la dirección URL es inválido."),
    },
    "invalid_number": {
        "en": "The number {number} isn't on WhatsApp.",
        "pt": guess("O número {number} não está no WhatsApp."),
        "es": guess("El número {number} no está en WhatsApp."),
    },
    "too_long": {
        "en": "Message too long",
        "pt": guess("Mensagem muito longa"),
        "es": guess("Mensaje muy largo"),
    },
    "too_long_text": {
        "en": "The message you're pasting is too long. Try shortening it or sending it in multiple parts.",
        "pt": guess("A mensagem que você está colando é muito longa. Tente encurtá-la ou dividi-la."),
        "es": guess("El mensaje que estás pegando es muy largo. Acórtalo o envíalo en varias partes."),
    },
    "edit_message": {
        "en": guess("Edit message"),
        "pt": guess("Editar mensagem"),
        "es": guess("Editar mensaje"),
    },
    "nothing_to_edit": {
        "en": guess("There is no message you can edit."),
        "pt": guess("Não há mensagem que você possa editar."),
        "es": guess("No hay ningún mensaje que puedas editar."),
    },
    "edited": {"en": "Edited", "pt": guess("Editada"), "es": guess("Editado")},
    "contact_info": {
        "en": guess("click here for contact info"),
        "pt": guess("clique aqui para mostrar os dados do contato"),
        "es": guess("haz clic aquí para ver la información del contacto"),
    },
    # §2.2, §2.3
    "type_a_message": {
        "en": "Type a message",
        "pt": "Digite uma mensagem",
        "pt@E1": "Mensagem",
        "es": "Escribir un mensaje",
        "es@E1": guess("Escribe un mensaje aquí"),
    },
    "type_a_message_to": {
        "en": "Type a message to {chat}",
        "pt": "Digite uma mensagem para {chat}",
        "es": "Escribir un mensaje para {chat}",
    },
    "send": {"en": "Send", "pt": "Enviar", "es": "Enviar"},
    "voice_message": {"en": "Voice message", "pt": guess("Mensagem de voz"), "es": guess("Mensaje de voz")},
    "attach": {"en": "Attach", "pt": "Anexar", "es": "Adjuntar"},
    "menu": {"en": guess("Menu"), "pt": guess("Mais opções"), "es": guess("Menú")},
    # §4.1, §4.2
    "you_speak": {"en": "You:", "pt": "Você:", "es": "Tú:"},
    "pending": {"en": " Pending ", "pt": guess(" Pendente "), "es": guess(" Pendiente ")},
    "sent": {"en": " Sent ", "pt": " Enviada ", "es": guess(" Enviado ")},
    "delivered": {"en": " Delivered ", "pt": " Entregue ", "es": " Entregado "},
    "read": {"en": " Read ", "pt": " Lida ", "es": guess(" Leído ")},
    "failed": {"en": guess(" Failed "), "pt": guess(" Falha "), "es": guess(" Error ")},
    "failed_hint": {
        "en": "Something went wrong. Click to learn more.",
        "pt": guess("Algo deu errado. Clique para saber mais."),
        "es": guess("Algo salió mal. Haz clic para obtener más información."),
    },
    "not_sent": {
        "en": "Your message was not sent.",
        "pt": guess("Sua mensagem não foi enviada."),
        "es": guess("Tu mensaje no se envió."),
    },
    "read_more": {"en": "Read more", "pt": guess("Ler mais"), "es": guess("Leer más")},
    "quoted_message": {
        "en": "Quoted message",
        "pt": guess("Mensagem citada"),
        "es": guess("Mensaje citado"),
    },
    # §10.9, §12.7
    "you": {"en": "You", "pt": "Você", "es": "Tú"},
    "message_options": {
        "en": "Open message options",
        "en@E1": "Context menu",
        "pt": guess("Menu de contexto"),
        "es": guess("Menú contextual"),
    },
    "reply": {"en": "Reply", "pt": "Responder", "es": guess("Responder")},
    "reply_privately": {
        "en": "Reply privately",
        "pt": "Responder em particular",
        "es": guess("Responder en privado"),
    },
    "message_info": {
        "en": "Message info",
        "pt": guess("Dados da mensagem"),
        "es": guess("Info. del mensaje"),
    },
    "copy": {"en": "Copy", "pt": guess("Copiar"), "es": guess("Copiar")},
    "save": {"en": "Download", "pt": guess("Baixar"), "es": guess("Descargar")},
    "forward": {"en": "Forward", "pt": guess("Encaminhar"), "es": guess("Reenviar")},
    "delete": {"en": "Delete", "pt": guess("Apagar"), "es": guess("Eliminar")},
    "quoted_image": {"en": "Photo", "pt": guess("Foto"), "es": guess("Foto")},
    "quoted_video": {"en": "Video", "pt": guess("Vídeo"), "es": guess("Video")},
    "quoted_audio": {"en": "Audio", "pt": "Áudio", "es": guess("Audio")},
    "resend": {
        "en": "Try again",
        "en@E1": "Click to resend",
        "pt": guess("Tentar novamente"),
        "es": guess("Volver a intentar"),
    },
    "disappearing_notice": {
        "en": guess("Messages and calls are end-to-end encrypted. Only people in this chat can read them."),
        "pt": guess("As mensagens e ligações são protegidas com a criptografia de ponta a ponta."),
        "es": guess("Los mensajes y las llamadas están cifrados de extremo a extremo."),
    },
    "deleted_message": {
        "en": "This message was deleted",
        "pt": guess("Esta mensagem foi apagada"),
        "es": guess("Este mensaje fue eliminado"),
    },
    "today": {"en": "Today", "pt": "Hoje", "es": "Hoy"},
    # §5, §10.8, §12.6
    "attach_document": {"en": "Document", "pt": "Documento", "es": guess("Documento")},
    "attach_media": {
        "en": "Photos & videos",
        "en@E1": "Photos & Videos",
        "pt": "Fotos e vídeos",
        "es": guess("Fotos y videos"),
    },
    "attach_camera": {"en": "Camera", "pt": "Câmera", "es": guess("Cámara")},
    "attach_audio": {"en": "Audio", "pt": "Áudio", "es": guess("Audio")},
    "attach_contact": {"en": "Contact", "pt": "Contato", "es": guess("Contacto")},
    "attach_poll": {"en": "Poll", "pt": "Enquete", "es": guess("Encuesta")},
    "attach_event": {"en": "Event", "pt": "Evento", "es": guess("Evento")},
    "attach_sticker": {
        "en": "New sticker",
        "pt": "Nova figurinha",
        "es": guess("Nuevo sticker"),
    },
    "add_a_caption": {
        "en": "Add a caption",
        "pt": "Adicione uma legenda",
        "es": guess("Añade un comentario"),
    },
    "caption_label": {"en": "Type a message", "pt": "Digite uma mensagem", "es": "Escribe algo"},
    "send_selected": {
        "en": "Send {count} selected",
        "pt": "Enviar {count} item selecionado",
        "es": guess("Enviar {count} seleccionado"),
    },
    "no_preview": {
        "en": guess("No preview available"),
        "pt": guess("Nenhuma pré-visualização disponível"),
        "es": guess("Vista previa no disponible"),
    },
    "discard_selection": {
        "en": "Discard selection?",
        "pt": "Deseja descartar a seleção?",
        "es": guess("¿Quieres descartar la selección?"),
    },
    "discard": {"en": "Discard", "pt": "Descartar", "es": guess("Descartar")},
    "file_not_supported": {
        "en": "1 file you tried adding is not supported.",
        "pt": guess("1 arquivo que você tentou adicionar não é compatível."),
        "es": guess("1 archivo que intentaste añadir no es compatible."),
    },
    "file_too_large": {
        "en": "1 file you tried adding is larger than the {max_size} limit.",
        "pt": guess("1 arquivo que você tentou adicionar é maior que o limite de {max_size}."),
        "es": guess("1 archivo que intentaste añadir supera el límite de {max_size}."),
    },
    "image_too_large": {
        "en": "1 image you tried adding is larger than the {max_size} limit.",
        "pt": guess("1 imagem que você tentou adicionar é maior que o limite de {max_size}."),
        "es": guess("1 imagen que intentaste añadir supera el límite de {max_size}."),
    },
    "video_too_large": {
        "en": "1 video you tried adding is larger than the {max_size} limit.",
        "pt": guess("1 vídeo que você tentou adicionar é maior que o limite de {max_size}."),
        "es": guess("1 video que intentaste añadir supera el límite de {max_size}."),
    },
    "document_too_large": {
        "en": "1 document you tried adding is larger than the {max_size} limit.",
        "pt": guess("1 documento que você tentou adicionar é maior que o limite de {max_size}."),
        "es": guess("1 documento que intentaste añadir supera el límite de {max_size}."),
    },
    "file_empty": {
        "en": "1 file you tried adding has no content.",
        "pt": guess("1 arquivo que você tentou adicionar não tem conteúdo."),
        "es": guess("1 archivo que intentaste añadir no tiene contenido."),
    },
    "file_failed_to_load": {
        "en": "The item you tried adding failed to load.",
        "pt": guess("Falha ao carregar o item que você tentou adicionar."),
        "es": guess("No se pudo cargar el elemento que intentaste añadir."),
    },
    "file_not_added": {
        "en": "1 file could not be added.",
        "pt": guess("Não foi possível adicionar 1 arquivo."),
        "es": guess("No se pudo añadir 1 archivo."),
    },
    "download": {
        "en": 'Download "{name}"',
        "pt": guess('Baixar "{name}"'),
        "es": guess('Descargar "{name}"'),
    },
    "play_audio": {
        "en": guess("Play audio"),
        "pt": guess("Reproduzir áudio"),
        "es": guess("Reproducir audio"),
    },
    "nobody_knows": {
        "en": guess("Zorblax quimby flunt"),
        "pt": guess("Zorblax quimby flunt"),
        "es": guess("Zorblax quimby flunt"),
    },
    # §11.2, §12.2, §10.5
    "language_title": {
        "en": "Language out of sync",
        "pt": guess("Idioma dessincronizado"),
        "es": guess("Idioma no sincronizado"),
    },
    "language_text": {
        "en": "The language on this device does not match the language on your phone",
        "pt": guess("O idioma deste dispositivo é diferente do idioma do seu celular"),
        "es": guess("El idioma de este dispositivo no coincide con el de tu teléfono"),
    },
    "language_action": {
        "en": "Update now",
        "pt": guess("Atualizar agora"),
        "es": guess("Actualizar ahora"),
    },
    "own_title": {"en": "{name} (You)", "pt": guess("{name} (Você)"), "es": guess("{name} (Tú)")},
    "connecting_plain": {"en": "Connecting", "pt": guess("Conectando"), "es": guess("Conectando")},
    "retrying": {"en": "Retrying…", "pt": guess("Tentando novamente…"), "es": guess("Reintentando…")},
    "retrying_in": {
        "en": "Retrying in {seconds} seconds…",
        "pt": guess("Tentando novamente em {seconds} segundos…"),
        "es": guess("Reintentando en {seconds} segundos…"),
    },
    "retry_now": {"en": "Retry now", "pt": guess("Tentar agora"), "es": guess("Reintentar ahora")},
    "turn_on": {"en": "Turn on", "pt": guess("Ativar"), "es": guess("Activar")},
    "background_sync_title": {
        "en": "Turn on background sync",
        "pt": guess("Ative a sincronização em segundo plano"),
        "es": guess("Activa la sincronización en segundo plano"),
    },
    "background_sync_text": {
        "en": guess("Get messages faster when you open WhatsApp."),
        "pt": guess("Receba mensagens mais rápido ao abrir o WhatsApp."),
        "es": guess("Recibe mensajes más rápido al abrir WhatsApp."),
    },
    "draft": {"en": "Draft:", "pt": guess("Rascunho:"), "es": guess("Borrador:")},
    "unread_marked": {"en": "Unread", "pt": guess("Não lida"), "es": guess("No leído")},
    "delete_chat": {"en": "Delete chat", "pt": "Apagar conversa", "es": guess("Eliminar chat")},
    "unblock": {"en": "Unblock", "pt": "Desbloquear", "es": guess("Desbloquear")},
    "notice_recipient_blocked": {"en": "", "pt": "", "es": ""},
    "notice_country_blocked": {
        "en": "This business can't chat with phone numbers with your country code.",
        "pt": guess("Esta empresa não pode conversar com números de telefone com o código do seu país."),
        "es": guess("Esta empresa no puede chatear con números de teléfono con el código de tu país."),
    },
    "notice_terms_on_phone": {
        "en": "To chat with {contact}, review and accept WhatsApp's updated terms and privacy policy on your "
        "phone.",
        "pt": guess("Para conversar com {contact}, aceite os termos atualizados do WhatsApp no seu celular."),
        "es": guess(
            "Para chatear con {contact}, acepta los términos actualizados de WhatsApp en tu teléfono."
        ),
    },
    "notice_only_admins": {
        "en": "Only admins can send messages",
        "pt": guess("Somente admins podem enviar mensagens"),
        "es": guess("Solo los administradores pueden enviar mensajes"),
    },
    "notice_no_longer_member": {
        "en": "You can't send messages to this group because you're no longer a member.",
        "pt": guess("Você não pode enviar mensagens para este grupo porque não é mais um membro."),
        "es": guess("No puedes enviar mensajes a este grupo porque ya no eres miembro."),
    },
    "notice_chat_closed": {
        "en": "This chat has been closed.",
        "pt": guess("Esta conversa foi encerrada."),
        "es": guess("Este chat se cerró."),
    },
    "notice_only_whatsapp": {
        "en": "Only WhatsApp can send messages",
        "pt": guess("Somente o WhatsApp pode enviar mensagens"),
        "es": guess("Solo WhatsApp puede enviar mensajes"),
    },
    "notice_agent_blocked": {
        "en": guess("This AI agent is not available to you."),
        "pt": guess("Este agente de IA não está disponível para você."),
        "es": guess("Este agente de IA no está disponible para ti."),
    },
    "notice_unknown_notice": {
        "en": guess("Correspondence here is on hold until further review."),
        "pt": guess("A correspondência aqui está suspensa."),
        "es": guess("La correspondencia aquí está suspendida."),
    },
    "notice_channel": {"en": "", "pt": "", "es": ""},
    # §7a
    "ban_101": {
        "en": "You're temporarily banned from WhatsApp because you sent too many messages to people "
        "who don't "
        "have {phone} in their address books.",
        "pt": guess(
            "Você está temporariamente banido do WhatsApp porque enviou muitas mensagens a pessoas "
            "que não têm "
            "{phone} na agenda."
        ),
        "es": guess(
            "Se suspendió temporalmente tu cuenta de WhatsApp porque enviaste demasiados mensajes a "
            "personas que "
            "no tienen {phone} en su libreta."
        ),
    },
    "ban_102": {
        "en": "You're temporarily banned from WhatsApp because too many people blocked you.",
        "pt": guess("Você está temporariamente banido do WhatsApp porque muitas pessoas bloquearam você."),
        "es": guess(
            "Se suspendió temporalmente tu cuenta de WhatsApp porque demasiadas personas te bloquearon."
        ),
    },
    "ban_103": {
        "en": "You're temporarily banned from WhatsApp because you created too many groups with "
        "people who don't "
        "have {phone} in their address books.",
        "pt": guess("Você está temporariamente banido do WhatsApp porque criou muitos grupos."),
        "es": guess("Se suspendió temporalmente tu cuenta de WhatsApp porque creaste demasiados grupos."),
    },
    "ban_104": {
        "en": "You're temporarily banned from WhatsApp because you sent the same message to too many people.",
        "pt": guess(
            "Você está temporariamente banido do WhatsApp porque enviou a mesma mensagem a muitas pessoas."
        ),
        "es": guess(
            "Se suspendió temporalmente tu cuenta de WhatsApp porque enviaste el mismo mensaje a "
            "muchas personas."
        ),
    },
    "ban_106": {
        "en": "You're temporarily banned from WhatsApp because you sent too many messages to a "
        "broadcast list.",
        "pt": guess(
            "Você está temporariamente banido do WhatsApp porque enviou muitas mensagens a uma lista."
        ),
        "es": guess(
            "Se suspendió temporalmente tu cuenta de WhatsApp porque enviaste muchos mensajes a una lista."
        ),
    },
    "ban_other": {
        "en": "You're temporarily banned from WhatsApp because you may have violated our terms of service.",
        "pt": guess(
            "Você está temporariamente banido do WhatsApp porque pode ter violado nossos termos de serviço."
        ),
        "es": guess(
            "Se suspendió temporalmente tu cuenta de WhatsApp porque puedes haber infringido las condiciones."
        ),
    },
    "ban_duration": {
        "en": "You'll be able to use WhatsApp again in {duration}",
        "pt": guess("Você poderá usar o WhatsApp novamente em {duration}"),
        "es": guess("Podrás volver a usar WhatsApp en {duration}"),
    },
    "learn_more": {"en": "Learn more", "pt": guess("Saiba mais"), "es": guess("Más información")},
    # §7b, §7c
    "restricted_account": {
        "en": "Your account is restricted",
        "pt": guess("Sua conta está restrita"),
        "es": guess("Tu cuenta está restringida"),
    },
    "restricted_web": {
        "en": "Your WhatsApp Web is restricted",
        "pt": guess("Seu WhatsApp Web está restrito"),
        "es": guess("Tu WhatsApp Web está restringido"),
    },
    "restricted_linked_devices": {
        "en": "Your account on linked devices is restricted right now",
        "pt": guess("Sua conta em dispositivos conectados está restrita no momento"),
        "es": guess("Tu cuenta en dispositivos vinculados está restringida en este momento"),
    },
    "restricted_body": {
        "en": "You can't start new chats right now.",
        "pt": guess("Você não pode iniciar novas conversas no momento."),
        "es": guess("No puedes iniciar chats nuevos en este momento."),
    },
    "restricted_box": {
        "en": "Your account is restricted. You can't start new chats right now.",
        "pt": guess("Sua conta está restrita. Você não pode iniciar novas conversas no momento."),
        "es": guess("Tu cuenta está restringida. No puedes iniciar chats nuevos en este momento."),
    },
    "show_details": {"en": "Show details", "pt": guess("Mostrar detalhes"), "es": guess("Mostrar detalles")},
    "restricted_modal_account": {
        "en": "Your account is restricted right now",
        "pt": guess("Sua conta está restrita no momento"),
        "es": guess("Tu cuenta está restringida en este momento"),
    },
    "restricted_modal_web": {
        "en": "WhatsApp Web is restricted for your account right now",
        "pt": guess("O WhatsApp Web está restrito para sua conta no momento"),
        "es": guess("WhatsApp Web está restringido para tu cuenta en este momento"),
    },
    "restricted_modal_1": {
        "en": "You can answer calls, reply to new messages, and keep messaging in your chats and groups.",
        "pt": guess(
            "Você pode atender ligações, responder novas mensagens e continuar suas conversas e grupos."
        ),
        "es": guess("Puedes contestar llamadas, responder mensajes nuevos y seguir con tus chats y grupos."),
    },
    "restricted_modal_2": {
        "en": "Recent activity on your account may be a sign of spam, automated or bulk messaging. "
        "Learn more",
        "pt": guess("A atividade recente da sua conta pode ser um sinal de spam ou mensagens automatizadas."),
        "es": guess("La actividad reciente de tu cuenta puede ser señal de spam o mensajes automatizados."),
    },
    "monthly_cap": {
        "en": "You've reached the monthly limit on new chats you can start.",
        "pt": guess("Você atingiu o limite mensal de novas conversas que pode iniciar."),
        "es": guess("Alcanzaste el límite mensual de chats nuevos que puedes iniciar."),
    },
    "see_details": {"en": "See details", "pt": guess("Ver detalhes"), "es": guess("Ver detalles")},
}


def texts(era: str, lang: str) -> dict[str, str]:
    """All texts of one era and language."""
    return {key: _text(key, variants, era, lang) for key, variants in TEXTS.items()}


def _text(key: str, variants: dict[str, str], era: str, lang: str) -> str:
    if lang in LANGUAGES:
        return foreign(key, variants.get(f"en@{era}", variants["en"]), lang)
    return variants.get(f"{lang}@{era}", variants[lang])


def guesses(lang: str) -> list[str]:
    """Keys whose text in `lang` is a guess."""
    return [key for key, variants in TEXTS.items() if isinstance(variants[lang], Guess)]
